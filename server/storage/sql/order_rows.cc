#include "server/storage/sql/order_rows.h"

#include <limits>
#include <optional>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "server/storage/codec.h"

namespace ipstore::orders::sql {
namespace {

template <typename T>
std::optional<T> Narrow(std::int64_t value) {
  if (value < std::int64_t{std::numeric_limits<T>::min()} ||
      value > std::int64_t{std::numeric_limits<T>::max()}) {
    return std::nullopt;
  }
  return static_cast<T>(value);
}

absl::string_view Keep(std::string text, MadeTexts& texts) {
  return texts.emplace_back(std::move(text));
}

// Not an enumerator's number: the row is of a newer server, or damaged.
absl::Status Unknown(absl::string_view what, std::int64_t value, Number number) {
  return absl::DataLossError(absl::StrCat("subject ", number.ToString(), " has ", what, " ", value,
                                          ", which this server does not know"));
}

absl::Status UnknownName(absl::string_view what, absl::string_view value, Number number) {
  return absl::DataLossError(absl::StrCat("order ", number.ToString(), " has ", what, " '", value,
                                          "', which this server does not know"));
}

template <typename E>
absl::Status ReadName(absl::string_view what, absl::string_view name, Number number, E& value) {
  const std::optional<E> found = FromName<E>(name);
  if (!found.has_value()) return UnknownName(what, name, number);
  value = *found;
  return absl::OkStatus();
}

absl::Status ReadNames(const Rows& rows, std::size_t row, std::size_t first, Order& order) {
  const Number number = order.subject.number;
  OrderContent& content = order.content;
  if (auto s = ReadName("segment", rows.Text(row, first + 5), number, content.customer.segment);
      !s.ok())
    return s;
  if (auto s = ReadName("language", rows.Text(row, first + 6), number, content.customer.language);
      !s.ok())
    return s;
  if (auto s = ReadName("method", rows.Text(row, first + 7), number, content.method); !s.ok())
    return s;
  return ReadName("payment method", rows.Text(row, first + 8), number, content.payment_method);
}

absl::Status ReadInvoice(const Rows& rows, std::size_t row, std::size_t first, Order& order) {
  if (rows.IsNull(row, first + 16)) return absl::OkStatus();
  Invoice invoice{.number = std::string(rows.Text(row, first + 15))};
  if (!absl::ParseCivilTime(rows.Text(row, first + 16), &invoice.date)) {
    return UnknownName("invoice date", rows.Text(row, first + 16), order.subject.number);
  }
  order.invoice = std::move(invoice);
  return absl::OkStatus();
}

std::optional<Role> RoleFromNumber(std::int64_t number) {
  for (Role role : kRoles) {
    if (static_cast<std::int64_t>(role) == number) return role;
  }
  return std::nullopt;
}

std::optional<SubjectKind> SubjectKindFromNumber(std::int64_t number) {
  for (SubjectKind kind : kSubjectKinds) {
    if (static_cast<std::int64_t>(kind) == number) return kind;
  }
  return std::nullopt;
}

std::optional<Visibility> VisibilityFromNumber(std::int64_t number) {
  for (Visibility visibility : {Visibility::kPublic, Visibility::kInternal}) {
    if (static_cast<std::int64_t>(visibility) == number) return visibility;
  }
  return std::nullopt;
}

}  // namespace

bool ReadActors(const Rows& rows, std::size_t row, std::size_t first, Actor& actor,
                std::optional<Actor>& on_behalf_of) {
  const std::optional<Role> role = RoleFromNumber(rows.Integer(row, first));
  if (!role.has_value()) return false;
  actor = {.role = *role, .id = std::string(rows.Text(row, first + 1))};
  if (rows.IsNull(row, first + 2)) return true;
  const std::optional<Role> behalf = RoleFromNumber(rows.Integer(row, first + 2));
  if (!behalf.has_value()) return false;
  on_behalf_of = Actor{.role = *behalf, .id = std::string(rows.Text(row, first + 3))};
  return true;
}

void PutSubject(const SubjectState& state, std::vector<Param>& params) {
  const Subject& subject = HeadOf(state);
  params.insert(params.end(), {
                                  Param::Integer(subject.number.value()),
                                  Param::Integer(static_cast<int>(subject.kind)),
                                  Param::TextOrNull(subject.customer_id),
                                  Param::Integer(subject.status),
                                  Param::Integer(subject.active ? 1 : 0),
                                  Param::Integer(subject.version),
                                  Param::Integer(subject.last_seq),
                                  Param::Time(subject.created_at),
                                  Param::Time(subject.updated_at),
                                  Param::Time(subject.last_activity_at),
                                  Param::Time(subject.last_public_activity_at),
                                  Param::TimeOrNull(subject.redacted_at),
                              });
  const Order* order = AsOrder(&state);
  if (order == nullptr) {
    params.insert(params.end(), 3, Param::Null());
    return;
  }
  const OrderContent& content = order->content;
  params.push_back(Param::Text(Name(content.method)));
  params.push_back(content.store.has_value() ? Param::Text(content.store->id) : Param::Null());
  params.push_back(Param::TimeOrNull(content.promised_delivery));
}

absl::Status PutOrder(const Order& order, MadeTexts& texts, std::vector<Param>& params) {
  absl::StatusOr<std::string> document = EncodeDocument(order);
  if (!document.ok()) return document.status();
  const OrderContent& content = order.content;
  const Param invoice_date =
      order.invoice.has_value()
          ? Param::Text(Keep(absl::FormatCivilTime(order.invoice->date), texts))
          : Param::Null();
  params.insert(params.end(),
                {
                    Param::Integer(order.subject.number.value()),
                    Param::Text(content.source),
                    Param::Text(content.external_reference),
                    Param::Text(content.customer.name),
                    Param::Text(content.customer.email),
                    Param::Text(Name(content.customer.segment)),
                    Param::Text(Name(content.customer.language)),
                    Param::Text(Name(content.method)),
                    Param::Text(Name(content.payment_method)),
                    Param::Text(content.currency),
                    Param::Integer(order.totals.net.minor),
                    Param::Integer(order.totals.gross.minor),
                    Param::Integer(order.totals.gross.minor - order.totals.net.minor),
                    content.store.has_value() ? Param::Text(content.store->id) : Param::Null(),
                    Param::TimeOrNull(content.promised_delivery),
                    order.invoice.has_value() ? Param::Text(order.invoice->number) : Param::Null(),
                    invoice_date,
                    Param::Text(Keep(*std::move(document), texts)),
                });
  return absl::OkStatus();
}

absl::Status PutLine(Number number, const Line& line, MadeTexts& texts,
                     std::vector<Param>& params) {
  Param gathered = Param::Null();
  if (!line.gathered.empty()) {
    absl::StatusOr<std::string> text = EncodeGathered(line.gathered);
    if (!text.ok()) return text.status();
    gathered = Param::Text(Keep(*std::move(text), texts));
  }
  params.insert(params.end(), {
                                  Param::Integer(number.value()),
                                  Param::Integer(line.number),
                                  Param::Text(line.sku),
                                  Param::Text(line.name),
                                  Param::Integer(line.quantity),
                                  Param::Integer(line.unit_price.minor),
                                  Param::Integer(line.discount.minor),
                                  Param::Integer(line.vat_rate.basis_points),
                                  Param::Integer(line.GatheredQuantity()),
                                  gathered,
                              });
  return absl::OkStatus();
}

absl::Status PutActivity(const ActivityWrite& write, MadeTexts& texts, std::vector<Param>& params) {
  const Activity& activity = *write.activity;
  absl::StatusOr<std::string> payload =
      EncodePayload(activity.event, activity.notification, activity.redacted);
  if (!payload.ok()) return payload.status();
  const std::optional<Actor>& behalf = activity.on_behalf_of;
  const bool first_of_unit = write.unit_size > 0;
  params.insert(
      params.end(),
      {
          Param::Integer(activity.subject.value()),
          Param::Integer(activity.seq),
          Param::Integer(activity.position),
          Param::TextOrNull(activity.customer_id),
          Param::Integer(static_cast<int>(KindOf(activity.event))),
          Param::Integer(static_cast<int>(activity.visibility)),
          Param::Integer(static_cast<int>(activity.actor.role)),
          Param::Text(activity.actor.id),
          behalf.has_value() ? Param::Integer(static_cast<int>(behalf->role)) : Param::Null(),
          behalf.has_value() ? Param::Text(behalf->id) : Param::Null(),
          Param::Time(activity.occurred_at),
          Param::Time(activity.recorded_at),
          Param::Integer(write.unit_size),
          first_of_unit ? Param::Bytes(BytesOf(write.request_key)) : Param::Null(),
          first_of_unit ? Param::Bytes(BytesOf(write.content_hash)) : Param::Null(),
          Param::Integer(kPayloadVersion),
          Param::Text(Keep(*std::move(payload), texts)),
          Param::Integer(static_cast<int>(activity.subject_kind)),
      });
  return absl::OkStatus();
}

absl::StatusOr<Subject> ReadSubject(const Rows& rows, std::size_t row, std::size_t first) {
  const Number number = Number::FromStored(rows.Integer(row, first));
  const std::optional<SubjectKind> kind = SubjectKindFromNumber(rows.Integer(row, first + 1));
  if (!kind.has_value()) return Unknown("kind", rows.Integer(row, first + 1), number);
  const auto status = Narrow<std::uint8_t>(rows.Integer(row, first + 3));
  const auto version = Narrow<std::int32_t>(rows.Integer(row, first + 5));
  const auto last_seq = Narrow<std::int32_t>(rows.Integer(row, first + 6));
  if (!status.has_value()) return Unknown("status", rows.Integer(row, first + 3), number);
  if (!version.has_value()) return Unknown("version", rows.Integer(row, first + 5), number);
  if (!last_seq.has_value()) return Unknown("last seq", rows.Integer(row, first + 6), number);
  return Subject{
      .number = number,
      .kind = *kind,
      .customer_id = std::string(rows.Text(row, first + 2)),
      .status = *status,
      .active = rows.Integer(row, first + 4) != 0,
      .version = *version,
      .last_seq = *last_seq,
      .created_at = rows.Time(row, first + 7),
      .updated_at = rows.Time(row, first + 8),
      .last_activity_at = rows.Time(row, first + 9),
      .last_public_activity_at = rows.Time(row, first + 10),
      .redacted_at = rows.OptionalTime(row, first + 11),
  };
}

absl::Status ReadOrder(const Rows& rows, std::size_t row, std::size_t first, Order& order) {
  OrderContent& content = order.content;
  content.source = std::string(rows.Text(row, first + 1));
  content.external_reference = std::string(rows.Text(row, first + 2));
  content.customer.id = order.subject.customer_id;
  content.customer.name = std::string(rows.Text(row, first + 3));
  content.customer.email = std::string(rows.Text(row, first + 4));
  content.currency = std::string(rows.Text(row, first + 9));
  order.totals.net = Amount{rows.Integer(row, first + 10)};
  order.totals.gross = Amount{rows.Integer(row, first + 11)};
  content.promised_delivery = rows.OptionalTime(row, first + 14);
  if (absl::Status status = ReadNames(rows, row, first, order); !status.ok()) return status;
  if (absl::Status status = ReadInvoice(rows, row, first, order); !status.ok()) return status;
  return DecodeDocument(rows.Text(row, first + 17), order);
}

absl::StatusOr<Line> ReadLine(const Rows& rows, std::size_t row) {
  const Number number = Number::FromStored(rows.Integer(row, 0));
  const auto line_number = Narrow<std::int32_t>(rows.Integer(row, 1));
  const auto rate = Narrow<std::int32_t>(rows.Integer(row, 7));
  if (!line_number.has_value()) return Unknown("line", rows.Integer(row, 1), number);
  if (!rate.has_value()) return Unknown("VAT rate", rows.Integer(row, 7), number);
  Line line{
      .number = *line_number,
      .sku = std::string(rows.Text(row, 2)),
      .name = std::string(rows.Text(row, 3)),
      .quantity = rows.Integer(row, 4),
      .unit_price = Amount{rows.Integer(row, 5)},
      .discount = Amount{rows.Integer(row, 6)},
      .vat_rate = VatRate{*rate},
  };
  if (rows.IsNull(row, 9)) return line;
  absl::StatusOr<std::vector<GatheredFrom>> gathered = DecodeGathered(rows.Text(row, 9));
  if (!gathered.ok()) {
    return absl::DataLossError(absl::StrCat("line ", line.number, " of order ", number.ToString(),
                                            ": ", gathered.status().message()));
  }
  line.gathered = *std::move(gathered);
  return line;
}

absl::StatusOr<Activity> ReadActivity(const Rows& rows, std::size_t row) {
  Activity activity;
  activity.subject = Number::FromStored(rows.Integer(row, 0));
  const std::optional<SubjectKind> kind = SubjectKindFromNumber(rows.Integer(row, 14));
  if (!kind.has_value())
    return Unknown("an activity for a kind", rows.Integer(row, 14), activity.subject);
  activity.subject_kind = *kind;
  activity.seq = static_cast<std::int32_t>(rows.Integer(row, 1));
  activity.position = rows.Integer(row, 2);
  activity.customer_id = std::string(rows.Text(row, 3));
  const std::optional<Visibility> visibility = VisibilityFromNumber(rows.Integer(row, 5));
  if (!visibility.has_value())
    return Unknown("an activity with visibility", rows.Integer(row, 5), activity.subject);
  activity.visibility = *visibility;
  if (!ReadActors(rows, row, 6, activity.actor, activity.on_behalf_of)) {
    return absl::DataLossError(absl::StrCat("subject ", activity.subject.ToString(),
                                            " has an activity by an unknown role"));
  }
  activity.occurred_at = rows.Time(row, 10);
  activity.recorded_at = rows.Time(row, 11);
  absl::StatusOr<DecodedPayload> payload = DecodePayload({.subject = activity.subject,
                                                          .seq = activity.seq,
                                                          .kind = rows.Integer(row, 4),
                                                          .version = rows.Integer(row, 12),
                                                          .text = rows.Text(row, 13)});
  if (!payload.ok()) return payload.status();
  activity.notification = payload->notification;
  activity.redacted = payload->redacted;
  activity.event = std::move(payload->event);
  return activity;
}

// The members are unpacked by structured bindings, so that this does not compile any more when one
// is added, rather than forget it.
bool SameOrderRow(const Order& a, const Order& b) {
  const auto& [a_subject, a_content, a_totals, a_checks, a_invoice, a_parcels, a_last_parcel,
               a_expected, a_until, a_trip, a_reason, a_last_line, a_feedback] = a;
  const auto& [b_subject, b_content, b_totals, b_checks, b_invoice, b_parcels, b_last_parcel,
               b_expected, b_until, b_trip, b_reason, b_last_line, b_feedback] = b;
  const auto& [a_source, a_reference, a_customer, a_currency, a_vat, a_lines, a_charges, a_payment,
               a_method, a_address, a_store, a_promised, a_notify] = a_content;
  const auto& [b_source, b_reference, b_customer, b_currency, b_vat, b_lines, b_charges, b_payment,
               b_method, b_address, b_store, b_promised, b_notify] = b_content;
  return a_last_parcel == b_last_parcel && a_last_line == b_last_line && a_feedback == b_feedback &&
         a_vat == b_vat && a_payment == b_payment && a_method == b_method && a_notify == b_notify &&
         a_promised == b_promised && a_expected == b_expected && a_until == b_until &&
         a_invoice == b_invoice && a_checks == b_checks && a_parcels == b_parcels &&
         a_trip == b_trip && a_reason == b_reason && a_totals == b_totals &&
         a_charges == b_charges && a_store == b_store && a_address == b_address &&
         a_customer == b_customer && a_currency == b_currency && a_source == b_source &&
         a_reference == b_reference;
}

}  // namespace ipstore::orders::sql
