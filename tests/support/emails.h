// E-mails for tests: the folder into which a server writes those that it sends, and messages that
// come back.
#ifndef IPSTORE_ORDERS_TESTS_SUPPORT_EMAILS_H_
#define IPSTORE_ORDERS_TESTS_SUPPORT_EMAILS_H_

#include <string>
#include <utility>
#include <vector>

#include "server/config.h"

namespace ipstore::orders::test {

// A temporary folder. It and all that it holds is gone with the object.
class MailFolder {
 public:
  MailFolder();
  ~MailFolder();
  MailFolder(const MailFolder&) = delete;
  MailFolder& operator=(const MailFolder&) = delete;

  // For a server that writes its e-mails there, from orders@shop.example.
  Config config() const;
  // The same, but for a server none of whose e-mails can be delivered.
  Config UndeliverableConfig() const;

  // The e-mails in it, whole, in no order.
  std::vector<std::string> Emails() const;

  // The addresses that the e-mails to `recipient` of that order or enquiry, named by its number,
  // give out; empty where there is no such e-mail.
  std::string ReplyAddress(const std::string& number, const std::string& recipient) const;
  std::string UnsubscribeAddress(const std::string& number, const std::string& recipient) const;

 private:
  std::string path_;
};

// A message that somebody has sent. As it is, a reply of Maria's.
struct EmailInTest {
  std::string to;
  std::string from = "maria.papadopoulou@example.gr";
  std::string message_id = "reply-1@example.gr";  // empty: it has none
  std::string text = "Πότε θα έρθει;";
  // Whole lines, without their ends.
  std::vector<std::string> more_headers = {};
  std::vector<std::string> attachments = {};  // their file names

  // As it would come.
  std::string Raw() const;
};

}  // namespace ipstore::orders::test

#endif  // IPSTORE_ORDERS_TESTS_SUPPORT_EMAILS_H_
