// Colour on a terminal.
#ifndef IPSTORE_ORDERS_CLIENT_ORDERCTL_STYLE_H_
#define IPSTORE_ORDERS_CLIENT_ORDERCTL_STYLE_H_

#include <string>

#include "absl/strings/string_view.h"

namespace ipstore::orders::client {

// What a piece of text is, from which its colour follows.
enum class Tone { kPlain, kStrong, kFaint, kGood, kBad, kStatus };

// What the user said about colour.
enum class ColorWish { kAuto, kAlways, kNever };

// Whether to colour. `no_color` is the environment's NO_COLOR (no-color.org), nullptr where it is
// not set; it counts unless the user said otherwise, and so does whether the output is a terminal.
bool WantsColor(ColorWish wish, bool is_terminal, const char* no_color);

// A value type.
class Style {
 public:
  // Without colour.
  Style() = default;
  explicit Style(bool color) : color_(color) {}

  // `text` in the tone's colour, or as it is without colour.
  std::string Paint(absl::string_view text, Tone tone) const;

 private:
  bool color_ = false;
};

}  // namespace ipstore::orders::client

#endif  // IPSTORE_ORDERS_CLIENT_ORDERCTL_STYLE_H_
