#include "server/storage/sql/enquiry_rows.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/storage/codec.h"

namespace ipstore::orders::sql {
namespace {

absl::Status UnknownName(absl::string_view what, absl::string_view value, Number number) {
  return absl::DataLossError(absl::StrCat("enquiry ", number.ToString(), " has ", what, " '", value,
                                          "', which this server does not know"));
}

}  // namespace

absl::Status PutEnquiry(const Enquiry& enquiry, MadeTexts& texts, std::vector<Param>& params) {
  absl::StatusOr<std::string> document = EncodeDocument(enquiry);
  if (!document.ok()) return document.status();
  const EnquiryContent& content = enquiry.content;
  params.insert(params.end(), {
                                  Param::Integer(enquiry.subject.number.value()),
                                  Param::Text(Name(content.kind)),
                                  content.about.has_value() ? Param::Integer(content.about->value())
                                                            : Param::Null(),
                                  Param::Text(content.customer.name),
                                  Param::Text(content.customer.email),
                                  Param::Text(Name(content.customer.language)),
                                  Param::Text(content.title),
                                  Param::Text(texts.emplace_back(*std::move(document))),
                              });
  return absl::OkStatus();
}

absl::Status ReadEnquiry(const Rows& rows, std::size_t row, std::size_t first, Enquiry& enquiry) {
  const Number number = enquiry.subject.number;
  EnquiryContent& content = enquiry.content;
  const auto kind = FromName<EnquiryKind>(rows.Text(row, first + 1));
  if (!kind.has_value()) return UnknownName("kind", rows.Text(row, first + 1), number);
  const auto language = FromName<Language>(rows.Text(row, first + 5));
  if (!language.has_value()) return UnknownName("language", rows.Text(row, first + 5), number);
  content.kind = *kind;
  if (!rows.IsNull(row, first + 2))
    content.about = Number::FromStored(rows.Integer(row, first + 2));
  content.customer.id = enquiry.subject.customer_id;
  content.customer.name = std::string(rows.Text(row, first + 3));
  content.customer.email = std::string(rows.Text(row, first + 4));
  content.customer.language = *language;
  content.title = std::string(rows.Text(row, first + 6));
  return DecodeDocument(rows.Text(row, first + 7), enquiry);
}

}  // namespace ipstore::orders::sql
