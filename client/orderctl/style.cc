#include "client/orderctl/style.h"

#include "absl/strings/str_cat.h"

namespace ipstore::orders::client {
namespace {

// The number of the ANSI sequence (SGR) for a tone.
absl::string_view AnsiCode(Tone tone) {
  switch (tone) {
    case Tone::kPlain:
      return "";
    case Tone::kStrong:
      return "1";
    case Tone::kFaint:
      return "2";
    case Tone::kGood:
      return "32";
    case Tone::kBad:
      return "31";
    case Tone::kStatus:
      return "1;36";
  }
  return "";
}

}  // namespace

bool WantsColor(ColorWish wish, bool is_terminal, const char* no_color) {
  switch (wish) {
    case ColorWish::kAlways:
      return true;
    case ColorWish::kNever:
      return false;
    case ColorWish::kAuto:
      break;
  }
  const bool declined = no_color != nullptr && *no_color != '\0';
  return is_terminal && !declined;
}

std::string Style::Paint(absl::string_view text, Tone tone) const {
  if (!color_ || text.empty() || tone == Tone::kPlain) return std::string(text);
  return absl::StrCat("\033[", AnsiCode(tone), "m", text, "\033[0m");
}

}  // namespace ipstore::orders::client
