#include "client/orderctl/words.h"

#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "domain/enquiry.h"
#include "domain/enquiry_lifecycle.h"
#include "domain/lifecycle.h"
#include "domain/sentences.h"

namespace ipstore::orders::client {
namespace {

// The label of the enumerator of `E` that has the name of the contract's value; else the value's
// number.
template <typename E>
std::string LabelByName(const std::string& value_name, absl::string_view prefix, int number,
                        Language language) {
  const std::optional<E> value = FromName<E>(WithoutPrefix(value_name, prefix));
  return value.has_value() ? std::string(Label(*value, language)) : absl::StrCat(number);
}

}  // namespace

std::string WithoutPrefix(absl::string_view value_name, absl::string_view prefix) {
  return std::string(absl::StripPrefix(value_name, prefix));
}

std::string Kebab(absl::string_view upper_snake) {
  return absl::StrReplaceAll(absl::AsciiStrToLower(upper_snake), {{"_", "-"}});
}

std::string SubcommandOf(v1::OrderAction action) {
  return Kebab(WithoutPrefix(v1::OrderAction_Name(action), "ORDER_ACTION_"));
}

std::string SubcommandOf(v1::EnquiryAction action) {
  return Kebab(WithoutPrefix(v1::EnquiryAction_Name(action), "ENQUIRY_ACTION_"));
}

std::string LabelOf(v1::FulfilmentMethod method, Language language) {
  return LabelByName<FulfilmentMethod>(v1::FulfilmentMethod_Name(method), "FULFILMENT_METHOD_",
                                       method, language);
}

std::string LabelOf(v1::PaymentMethod method, Language language) {
  return LabelByName<PaymentMethod>(v1::PaymentMethod_Name(method), "PAYMENT_METHOD_", method,
                                    language);
}

std::string LabelOf(v1::ChargeKind kind, Language language) {
  return LabelByName<ChargeKind>(v1::ChargeKind_Name(kind), "CHARGE_KIND_", kind, language);
}

std::string LabelOf(v1::CheckKind kind, Language language) {
  return LabelByName<CheckKind>(v1::CheckKind_Name(kind), "CHECK_KIND_", kind, language);
}

std::string LabelOf(v1::CheckOutcome outcome, Language language) {
  return LabelByName<CheckOutcome>(v1::CheckOutcome_Name(outcome), "CHECK_OUTCOME_", outcome,
                                   language);
}

std::string LabelOf(v1::EnquiryKind kind, Language language) {
  return LabelByName<EnquiryKind>(v1::EnquiryKind_Name(kind), "ENQUIRY_KIND_", kind, language);
}

std::string LabelOf(v1::EnquiryAction action, Language language) {
  const std::optional<EnquiryAction> known =
      EnquiryActionFromName(WithoutPrefix(v1::EnquiryAction_Name(action), "ENQUIRY_ACTION_"));
  return known.has_value() ? std::string(Label(*known, language)) : absl::StrCat(action);
}

std::string LabelOf(v1::Role role, Language language) {
  const std::optional<Role> known = RoleFromName(WithoutPrefix(v1::Role_Name(role), "ROLE_"));
  return known.has_value() ? std::string(Label(*known, language)) : absl::StrCat(role);
}

std::string OrRedacted(const std::string& text, Language language) {
  return text.empty() ? std::string(words::kRedactedText.In(language)) : text;
}

std::string NameOf(const v1::Actor& actor, Language language) {
  return absl::StrCat(LabelOf(actor.role(), language), " ", actor.id());
}

std::string NameOf(const v1::Actor& actor, const v1::Actor* on_behalf_of, Language language) {
  std::string name = NameOf(actor, language);
  if (on_behalf_of != nullptr) {
    absl::StrAppend(&name, " ", words::kFor.In(language), " ", NameOf(*on_behalf_of, language));
  }
  return name;
}

}  // namespace ipstore::orders::client
