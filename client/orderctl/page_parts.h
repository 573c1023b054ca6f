// What the pages of orders and enquiries have in common: the head, and facts beside their names.
#ifndef IPSTORE_ORDERS_CLIENT_ORDERCTL_PAGE_PARTS_H_
#define IPSTORE_ORDERS_CLIENT_ORDERCTL_PAGE_PARTS_H_

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "client/orderctl/reader.h"
#include "client/orderctl/table.h"
#include "client/orderctl/words.h"
#include "google/protobuf/timestamp.pb.h"

namespace ipstore::orders::client {

// The facts beside their names; those without a value are left out. `reader` is borrowed.
class Facts {
 public:
  explicit Facts(const Reader& reader);

  void Add(Phrase name, absl::string_view value);
  // One under the other.
  void AddEach(Phrase name, const std::vector<std::string>& values);
  void AddTime(Phrase name, bool known, const google::protobuf::Timestamp& time);

  std::string Render() const { return table_.Render(reader_.style, reader_.width); }

 private:
  const Reader& reader_;
  Table table_;
};

// The parts that are not empty.
std::string Joined(std::vector<std::string> parts, absl::string_view separator);

// "Μαρία (c-17) · maria@example.gr · 6944 123 456", of the customer of an order or of an enquiry.
template <typename Customer>
std::string CustomerText(const Customer& customer, Language language) {
  const std::string id =
      customer.id().empty() ? std::string(words::kGuest.In(language)) : customer.id();
  return Joined({Joined({customer.name(), absl::StrCat("(", id, ")")}, " "), customer.email(),
                 customer.phone()},
                " · ");
}

// What is on top of a page: "Order 1000000018" underlined, the status and what it means.
std::string PageHead(absl::string_view title, absl::string_view status, absl::string_view meaning,
                     const Reader& reader);

// Whether e-mails go to the customer of an order or enquiry.
template <typename Subject>
void AddNotifications(const Subject& subject, const Reader& reader, Facts& facts) {
  const bool notifies = !subject.has_notifications_on() || subject.notifications_on();
  facts.Add(words::kNotifications, (notifies ? words::kOn : words::kOff).In(reader.language));
}

}  // namespace ipstore::orders::client

#endif  // IPSTORE_ORDERS_CLIENT_ORDERCTL_PAGE_PARTS_H_
