#include "server/mail/body_text.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "server/mail/gmime_ptr.h"
#include "server/mail/mail_text.h"

namespace ipstore::orders {
namespace {

// Parts within parts; deeper ones are nobody's letter.
constexpr int kMaxDepth = 20;

absl::string_view View(const char* text) {
  return text == nullptr ? absl::string_view() : text;
}

bool HasType(GMimeObject* part, const char* type, const char* subtype) {
  GMimeContentType* const content_type = g_mime_object_get_content_type(part);
  return content_type != nullptr && g_mime_content_type_is_type(content_type, type, subtype) != 0;
}

absl::string_view TypeParameter(GMimeObject* part, const char* name) {
  return View(g_mime_object_get_content_type_parameter(part, name));
}

std::string FileName(GMimePart* part) {
  return CleanLine(View(g_mime_part_get_filename(part)), kMaxAttachmentName);
}

// A text that the reader sees at once. One that has a file's name is that file, though programs
// show it below the letter, unless it is the whole message.
bool IsLetter(GMimePart* part, bool is_whole) {
  auto* const object = GMIME_OBJECT(part);
  if (!HasType(object, "text", "plain") && !HasType(object, "text", "html")) return false;
  const absl::string_view disposition = View(g_mime_object_get_disposition(object));
  return !absl::EqualsIgnoreCase(disposition, "attachment") && (is_whole || FileName(part).empty());
}

// The part's bytes, without their transfer encoding.
std::string Content(GMimePart* part) {
  GMimeDataWrapper* const content = g_mime_part_get_content(part);
  if (content == nullptr) return "";
  const GObjectPtr<GMimeStream> stream(g_mime_stream_mem_new());
  g_mime_data_wrapper_write_to_stream(content, stream.get());
  const GByteArray* const bytes = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(stream.get()));
  return std::string(reinterpret_cast<const char*>(bytes->data), bytes->len);
}

BodyPiece ReadLetter(GMimePart* part) {
  auto* const object = GMIME_OBJECT(part);
  const std::string content = Content(part);
  BodyPiece piece{.html = HasType(object, "text", "html")};
  const std::string text =
      CleanText(ToUtf8(Beginning(content, kMaxBody), TypeParameter(object, "charset")));
  const bool flowed =
      !piece.html && absl::EqualsIgnoreCase(TypeParameter(object, "format"), "flowed");
  piece.text =
      flowed ? Unflowed(text, absl::EqualsIgnoreCase(TypeParameter(object, "delsp"), "yes")) : text;
  return piece;
}

bool SaysAnything(const Body& body, bool plain) {
  return std::ranges::any_of(body.pieces, [plain](const BodyPiece& piece) {
    return !(plain && piece.html) && !absl::StripAsciiWhitespace(piece.text).empty();
  });
}

template <typename Value>
void MoveInto(std::vector<Value>& from, std::vector<Value>& into) {
  std::ranges::move(from, std::back_inserter(into));
}

Body Read(GMimeObject* part, int depth);

// The one to be read; the attachments of all of them.
Body ReadAlternatives(GMimeMultipart* multipart, int depth) {
  Body chosen;
  bool has_plain = false;
  const int count = g_mime_multipart_get_count(multipart);
  for (int i = 0; i < count; ++i) {
    Body body = Read(g_mime_multipart_get_part(multipart, i), depth);
    MoveInto(body.attachments, chosen.attachments);
    if (has_plain || !SaysAnything(body, /*plain=*/false)) continue;
    has_plain = SaysAnything(body, /*plain=*/true);
    chosen.pieces = std::move(body.pieces);
  }
  return chosen;
}

Body ReadAll(GMimeMultipart* multipart, int count, int depth) {
  Body all;
  std::size_t size = 0;
  for (int i = 0; i < count; ++i) {
    Body body = Read(g_mime_multipart_get_part(multipart, i), depth);
    MoveInto(body.attachments, all.attachments);
    for (const BodyPiece& piece : body.pieces) size += piece.text.size();
    if (size <= kMaxBody) MoveInto(body.pieces, all.pieces);
  }
  return all;
}

Body ReadMultipart(GMimeMultipart* multipart, int depth) {
  if (HasType(GMIME_OBJECT(multipart), "multipart", "alternative"))
    return ReadAlternatives(multipart, depth);
  const int count = g_mime_multipart_get_count(multipart);
  const bool is_signed = HasType(GMIME_OBJECT(multipart), "multipart", "signed");
  return ReadAll(multipart, is_signed ? std::min(count, 1) : count, depth);
}

Body Read(GMimeObject* part, int depth) {
  if (part == nullptr || depth > kMaxDepth) return {};
  if (GMIME_IS_MULTIPART(part)) return ReadMultipart(GMIME_MULTIPART(part), depth + 1);
  if (!GMIME_IS_PART(part)) {
    const absl::string_view name =
        View(g_mime_object_get_content_disposition_parameter(part, "filename"));
    return {.attachments = {CleanLine(name, kMaxAttachmentName)}};
  }
  GMimePart* const leaf = GMIME_PART(part);
  if (!IsLetter(leaf, /*is_whole=*/depth == 0)) return {.attachments = {FileName(leaf)}};
  Body body;
  body.pieces.push_back(ReadLetter(leaf));
  return body;
}

}  // namespace

Body ReadBody(GMimeMessage* message) {
  Body body = Read(g_mime_message_get_mime_part(message), 0);
  if (body.attachments.size() > kMaxAttachments) body.attachments.resize(kMaxAttachments);
  return body;
}

}  // namespace ipstore::orders
