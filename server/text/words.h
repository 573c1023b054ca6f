// The words of a text in the form in which search compares them: without regard to case, accents
// and the final form of sigma, in every script, so that "ΠΑΠΑΔΌΠΟΥΛΟΣ" and "παπαδοπουλοσ" are one.
#ifndef IPSTORE_ORDERS_SERVER_TEXT_WORDS_H_
#define IPSTORE_ORDERS_SERVER_TEXT_WORDS_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace ipstore::orders {

// A word is cut off here, in characters.
inline constexpr std::size_t kMaxWord = 64;

// The folded words of `text` (UTF-8), in order, as often as they occur. A word is a run of letters
// and digits; everything else separates. Pure and thread-safe.
std::vector<std::string> FoldedWords(absl::string_view text);

}  // namespace ipstore::orders

#endif  // IPSTORE_ORDERS_SERVER_TEXT_WORDS_H_
