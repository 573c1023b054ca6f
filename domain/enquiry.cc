#include "domain/enquiry.h"

#include <optional>

#include "absl/strings/string_view.h"

namespace ipstore::orders {

absl::string_view Name(EnquiryKind value) {
  switch (value) {
    case EnquiryKind::kQuestion:
      return "QUESTION";
    case EnquiryKind::kReturn:
      return "RETURN";
    case EnquiryKind::kComplaint:
      return "COMPLAINT";
  }
  return "";
}

template <>
std::optional<EnquiryKind> FromName(absl::string_view name) {
  for (EnquiryKind kind : kEnquiryKinds) {
    if (Name(kind) == name) return kind;
  }
  return std::nullopt;
}

}  // namespace ipstore::orders
