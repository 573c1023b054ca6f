#include "domain/order_field.h"

#include <optional>
#include <vector>

#include "absl/strings/string_view.h"

namespace ipstore::orders {

absl::string_view Name(OrderField field) {
  switch (field) {
    case OrderField::kCustomerName:
      return "customer.name";
    case OrderField::kCustomerEmail:
      return "customer.email";
    case OrderField::kCustomerPhone:
      return "customer.phone";
    case OrderField::kCompanyName:
      return "customer.company_name";
    case OrderField::kVatNumber:
      return "customer.vat_number";
    case OrderField::kPromisedDelivery:
      return "promised_delivery";
    case OrderField::kMethod:
      return "method";
    case OrderField::kDeliveryAddress:
      return "delivery_address";
    case OrderField::kStore:
      return "store";
    case OrderField::kLines:
      return "lines";
    case OrderField::kCharges:
      return "charges";
  }
  return "";
}

std::optional<OrderField> OrderFieldFromName(absl::string_view path) {
  for (OrderField field : kOrderFields) {
    if (Name(field) == path) return field;
  }
  return std::nullopt;
}

bool IsPersonal(OrderField field) {
  switch (field) {
    case OrderField::kCustomerName:
    case OrderField::kCustomerEmail:
    case OrderField::kCustomerPhone:
    case OrderField::kCompanyName:
    case OrderField::kVatNumber:
    case OrderField::kDeliveryAddress:
      return true;
    case OrderField::kPromisedDelivery:
    case OrderField::kMethod:
    case OrderField::kStore:
    case OrderField::kLines:
    case OrderField::kCharges:
      return false;
  }
  return true;
}

Command CommandAmending(OrderField field) {
  switch (field) {
    case OrderField::kCustomerName:
    case OrderField::kCustomerEmail:
    case OrderField::kCustomerPhone:
    case OrderField::kCompanyName:
    case OrderField::kVatNumber:
      return Command::kUpdateContact;
    case OrderField::kPromisedDelivery:
      return Command::kUpdatePromisedDelivery;
    case OrderField::kMethod:
    case OrderField::kDeliveryAddress:
    case OrderField::kStore:
      return Command::kUpdateFulfilment;
    case OrderField::kLines:
    case OrderField::kCharges:
      return Command::kUpdateGoods;
  }
  return Command::kUpdateContact;
}

std::vector<Command> CommandsAmending(OrderFieldSet fields) {
  EnumSet<Command> amending;
  for (OrderField field : kOrderFields) {
    if (fields.Contains(field)) amending.Insert(CommandAmending(field));
  }
  std::vector<Command> commands;
  for (Command command : kCommands) {
    if (amending.Contains(command)) commands.push_back(command);
  }
  return commands;
}

EnumSet<CheckKind> ChecksClearedBy(Command command) {
  if (command == Command::kUpdateFulfilment) return {CheckKind::kDetails};
  if (command == Command::kUpdateGoods)
    return {CheckKind::kDetails, CheckKind::kAvailability, CheckKind::kPayment};
  return {};
}

bool IsFrozenByInvoice(Command command) {
  return command == Command::kUpdateFulfilment || command == Command::kUpdateGoods;
}

}  // namespace ipstore::orders
