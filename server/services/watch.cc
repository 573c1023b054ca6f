#include "server/services/watch.h"

#include <cstdint>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/services/pages.h"

namespace ipstore::orders {
namespace {

constexpr char kPurpose[] = "feed";
// Longer than three numbers of 64 bits with their blanks: all tokens are equally long, so that
// nobody can tell from a token how far down the feed it is.
constexpr std::size_t kTextBytes = 64;

}  // namespace

std::string SealMark(const Tokens& tokens, const FeedMark& mark) {
  std::string text = absl::StrCat(mark.epoch, " ", mark.position, " ",
                                  static_cast<std::int64_t>(mark.fingerprint));
  text.resize(kTextBytes, ' ');
  return tokens.Seal(kPurpose, text);
}

std::optional<FeedMark> OpenMark(const Tokens& tokens, const std::string& token,
                                 Violations& violations) {
  if (token.empty()) return std::nullopt;
  const std::optional<std::string> text = tokens.Open(kPurpose, token);
  if (!text.has_value()) {
    violations.Add("resume_token", Flaw::kMalformed,
                   {{"expected", "the resume_token of an earlier message, or none"}});
    return std::nullopt;
  }
  const std::vector<std::int64_t> numbers = NumbersIn(*text);
  return FeedMark{.epoch = numbers.at(0),
                  .position = numbers.at(1),
                  .fingerprint = static_cast<std::uint64_t>(numbers.at(2))};
}

Refusal RefusalOf(FeedEnd why, std::string resume_token) {
  switch (why) {
    case FeedEnd::kTooSlow:
      return WatcherTooSlow(std::move(resume_token));
    case FeedEnd::kHistoryChanged:
      return FeedHistoryChanged();
    case FeedEnd::kUnreadable:
      return ActivityNotUnderstood(std::move(resume_token));
    case FeedEnd::kStopping:
    case FeedEnd::kUnavailable:
      return Unavailable(std::move(resume_token));
    case FeedEnd::kForbidden:
      return PermissionDenied();
  }
  return Internal("feed");
}

}  // namespace ipstore::orders
