#include "server/storage/sql/session.h"

#include "absl/strings/str_cat.h"
#include "server/storage/time_text.h"

namespace ipstore::orders::sql {

absl::Status CheckTimes(absl::Span<const Param> params) {
  for (const Param& param : params) {
    if (param.type() != ValueType::kTime) continue;
    if (!IsStorableTime(param.unix_micros())) {
      return absl::InvalidArgumentError(absl::StrCat(
          "a time cannot be stored: ", param.unix_micros(), " microseconds since 1970"));
    }
  }
  return absl::OkStatus();
}

}  // namespace ipstore::orders::sql
