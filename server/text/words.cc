#include "server/text/words.h"

#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>

#include <cstdint>
#include <utility>

namespace ipstore::orders {
namespace {

// Looked up once for the whole process; ICU owns it. Null without ICU's own data.
const icu::Normalizer2* Nfkd() {
  static const icu::Normalizer2* const kNfkd = [] {
    UErrorCode error = U_ZERO_ERROR;
    return icu::Normalizer2::getNFKDInstance(error);
  }();
  return kNfkd;
}

// Compatibility forms (ligatures, full-width digits) become plain ones, accents stand by
// themselves, and case is folded; ς is σ by Unicode's own case folding.
icu::UnicodeString Decomposed(absl::string_view text) {
  icu::UnicodeString source = icu::UnicodeString::fromUTF8(
      icu::StringPiece(text.data(), static_cast<std::int32_t>(text.size())));
  const icu::Normalizer2* const nfkd = Nfkd();
  if (nfkd == nullptr) return source;  // nothing can be folded
  UErrorCode error = U_ZERO_ERROR;
  icu::UnicodeString decomposed = nfkd->normalize(source, error);
  if (U_FAILURE(error)) return source;
  return decomposed.foldCase();
}

}  // namespace

std::vector<std::string> FoldedWords(absl::string_view text) {
  const icu::UnicodeString folded = Decomposed(text);
  std::vector<std::string> words;
  icu::UnicodeString word;
  const auto end_word = [&] {
    if (word.isEmpty()) return;
    word.toUTF8String(words.emplace_back());
    word.remove();
  };
  for (std::int32_t i = 0; i < folded.length(); i = folded.moveIndex32(i, 1)) {
    const UChar32 character = folded.char32At(i);
    const auto category = u_charType(character);
    if (category == U_NON_SPACING_MARK || category == U_ENCLOSING_MARK) continue;  // an accent
    if (!u_isalnum(character)) {
      end_word();
    } else if (word.countChar32() < static_cast<std::int32_t>(kMaxWord)) {
      word.append(character);
    }
  }
  end_word();
  return words;
}

}  // namespace ipstore::orders
