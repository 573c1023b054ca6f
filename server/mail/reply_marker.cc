#include "absl/strings/string_view.h"
#include "server/mail/incoming_email.h"

namespace ipstore::orders {

absl::string_view ReplyMarkerGreek() {
  return "--- Γράψτε την απάντησή σας πάνω από αυτή τη γραμμή ---";
}

absl::string_view ReplyMarkerEnglish() {
  return "--- Write your reply above this line ---";
}

}  // namespace ipstore::orders
