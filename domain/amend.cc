#include "domain/amend.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "domain/order_field.h"
#include "domain/validate.h"

namespace ipstore::orders {
namespace {

// --- Who may, and when ---------------------------------------------------------------------------

// Every command that the fields take must be open. What the caller may never do is told before
// where the order stands.
std::optional<Refusal> CheckOpen(const Order& order, const std::vector<Command>& commands,
                                 Role role) {
  for (Command command : commands) {
    if (!RolesAllowed(command).Contains(role)) return PermissionDenied();
  }
  for (Command command : commands) {
    if (!StatusesAllowing(command, role).Contains(order.status()))
      return CommandNotOpen(order, command);
  }
  for (Command command : commands) {
    if (order.invoice.has_value() && IsFrozenByInvoice(command))
      return FrozenByInvoice(order, command);
  }
  return std::nullopt;
}

// --- The order afterwards ------------------------------------------------------------------------

// The lines as given, by number: those of the order keep what was gathered of them, new ones are
// numbered on.
std::vector<Line> LinesAfter(const Order& order, std::vector<Line> given) {
  std::int32_t last_number = order.LastLineNumber();
  for (Line& line : given) {
    const Line* known = order.FindLine(line.number);
    line.gathered = known == nullptr ? std::vector<GatheredFrom>{} : known->gathered;
    if (line.number == 0) line.number = ++last_number;
  }
  std::ranges::sort(given, {}, &Line::number);
  return given;
}

// A new method drops what it has no use for, unless the same command gives it: that is a mistake to
// tell of.
void DropUnused(const UpdateOrder& command, OrderContent& after) {
  if (!command.fields.Contains(OrderField::kMethod)) return;
  const bool to_store = after.method == FulfilmentMethod::kStorePickup;
  if (to_store && !command.fields.Contains(OrderField::kDeliveryAddress))
    after.delivery_address.reset();
  if (!to_store && !command.fields.Contains(OrderField::kStore)) after.store.reset();
}

OrderContent ContentAfter(const Order& order, const UpdateOrder& command) {
  OrderContent after = order.content;
  const OrderAmended every_field;
  VisitFields(every_field, [&](OrderField field, const auto& /*amended*/, auto of) {
    if (command.fields.Contains(field)) of(after) = of(command.given);
  });
  if (command.fields.Contains(OrderField::kLines)) after.lines = LinesAfter(order, after.lines);
  DropUnused(command, after);
  return after;
}

// --- What does not fit the order -----------------------------------------------------------------

void CheckCurrencies(const Order& order, const UpdateOrder& command, Violations& violations) {
  for (const GivenCurrency& given : command.currencies) {
    if (given.currency == order.content.currency) continue;
    violations.Add(given.field, Flaw::kCurrencyMismatch,
                   {{"expected", order.content.currency}, {"given", given.currency}});
  }
}

void CheckLinesAreKnown(const Order& order, const UpdateOrder& command, Violations& violations) {
  if (!command.fields.Contains(OrderField::kLines)) return;
  for (std::size_t i = 0; i < command.given.lines.size(); ++i) {
    const std::int32_t number = command.given.lines[i].number;
    if (number == 0 || order.FindLine(number) != nullptr) continue;
    violations.Add(absl::StrCat("order.lines[", i, "].line"), Flaw::kUnknownLine,
                   {{"line", std::int64_t{number}}});
  }
}

// Only a new promise must lie ahead: who sends back the one that there is promises nothing.
void CheckPromise(const Order& order, const OrderContent& after, absl::Time now,
                  Violations& violations) {
  if (!after.promised_delivery.has_value()) return;
  if (after.promised_delivery == order.content.promised_delivery) return;
  if (*after.promised_delivery <= now) violations.Add("order.promised_delivery", Flaw::kInThePast);
}

// Pieces are gathered of a product: a line of another one has none of them.
std::optional<Refusal> CheckGathered(const Order& order, const OrderContent& after) {
  for (const Line& line : order.content.lines) {
    const auto kept = std::ranges::find(after.lines, line.number, &Line::number);
    const bool is_kept = kept != after.lines.end() && kept->sku == line.sku;
    const std::int64_t quantity = is_kept ? kept->quantity : 0;
    if (quantity < line.GatheredQuantity())
      return QuantityBelowGathered(line.number, line.GatheredQuantity(), quantity);
  }
  return std::nullopt;
}

// --- What was amended ----------------------------------------------------------------------------

void ForgetGathered(std::vector<Line>& lines) {
  for (Line& line : lines) line.gathered.clear();
}

std::vector<CheckKind> ClearedChecks(const Order& order, OrderFieldSet fields) {
  EnumSet<CheckKind> affected;
  for (Command command : CommandsAmending(fields)) affected = affected | ChecksClearedBy(command);
  std::vector<CheckKind> cleared;
  for (CheckKind kind : kCheckKinds) {
    if (affected.Contains(kind) && order.checks[kind].has_value()) cleared.push_back(kind);
  }
  return cleared;
}

OrderAmended DifferenceTo(const Order& order, const OrderContent& after) {
  OrderAmended difference;
  VisitFields(difference, [&](OrderField /*field*/, auto& amended, auto of) {
    if (of(order.content) == of(after)) return;
    amended.emplace();
    amended->before = of(order.content);
    amended->after = of(after);
  });
  if (difference.lines.has_value()) {
    ForgetGathered(difference.lines->before);
    ForgetGathered(difference.lines->after);
  }
  if (difference.lines.has_value() || difference.charges.has_value()) {
    difference.currency = order.content.currency;
    // They exist: they were checked.
    Totals totals = ComputeTotals(after).value_or(order.totals);
    if (totals != order.totals)
      difference.totals = Amended<Totals>{order.totals, std::move(totals)};
  }
  difference.cleared_checks = ClearedChecks(order, FieldsOf(difference));
  return difference;
}

}  // namespace

std::variant<OrderAmended, Refusal> Amend(const Order& order, const UpdateOrder& command,
                                          const Caller& caller, absl::Time now) {
  if (auto refusal = CheckOpen(order, CommandsAmending(command.fields), caller.EffectiveRole()))
    return *std::move(refusal);

  Violations violations;
  CheckCurrencies(order, command, violations);
  CheckLinesAreKnown(order, command, violations);
  const OrderContent after = ContentAfter(order, command);
  CheckPromise(order, after, now, violations);
  ValidateAmended(after, command, "order", violations);
  if (!violations.Empty()) return InvalidRequest(std::move(violations).Take());

  if (auto refusal = CheckGathered(order, after)) return *std::move(refusal);
  return DifferenceTo(order, after);
}

}  // namespace ipstore::orders
