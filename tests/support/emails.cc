#include "tests/support/emails.h"

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace ipstore::orders::test {
namespace {

constexpr char kBoundary[] = "=_boundary_of_a_test";

// The address behind `header` in the first e-mail to `recipient` that gives one out of that number.
std::string AddressIn(const std::vector<std::string>& emails, const std::string& header,
                      const std::string& tag, const std::string& number,
                      const std::string& recipient) {
  const std::regex given_out(absl::StrCat("\r\n", header, ":[^:]*(?::[^:]*)?(orders\\+", tag,
                                          "\\.[a-z0-9]{1,4}\\.", number,
                                          "\\.[a-z2-7]+@shop\\.example)"));
  for (const std::string& email : emails) {
    std::smatch found;
    if (absl::StrContains(email, absl::StrCat("<", recipient, ">")) &&
        std::regex_search(email, found, given_out))
      return found[1];
  }
  return "";
}

std::string TextPart(const std::string& text) {
  return absl::StrCat(
      "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n", text,
      "\r\n");
}

}  // namespace

MailFolder::MailFolder() {
  std::string name = (std::filesystem::temp_directory_path() / "orders-mail-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) std::abort();
  path_ = std::move(name);
}

MailFolder::~MailFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

Config MailFolder::config() const {
  Config config;
  config.mail_directory = absl::StrCat(path_, "/out");
  config.mail_from = "IP Store <orders@shop.example>";
  return config;
}

Config MailFolder::UndeliverableConfig() const {
  Config undeliverable = config();
  undeliverable.mail_directory.clear();
  undeliverable.mail_smtp = "smtp://127.0.0.1:1?tls=none";  // where nobody listens
  return undeliverable;
}

std::vector<std::string> MailFolder::Emails() const {
  std::vector<std::string> emails;
  std::error_code none_yet;
  for (const auto& entry :
       std::filesystem::directory_iterator(absl::StrCat(path_, "/out"), none_yet)) {
    if (entry.path().extension() != ".eml") continue;
    std::ifstream file(entry.path(), std::ios::binary);
    emails.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  }
  return emails;
}

std::string MailFolder::ReplyAddress(const std::string& number,
                                     const std::string& recipient) const {
  return AddressIn(Emails(), "Reply-To", "r", number, recipient);
}

std::string MailFolder::UnsubscribeAddress(const std::string& number,
                                           const std::string& recipient) const {
  return AddressIn(Emails(), "List-Unsubscribe", "u", number, recipient);
}

std::string EmailInTest::Raw() const {
  std::string raw = absl::StrCat("From: <", from, ">\r\nTo: <", to,
                                 ">\r\nSubject: Re: IP Store\r\nMIME-Version: 1.0\r\n");
  if (!message_id.empty()) absl::StrAppend(&raw, "Message-ID: <", message_id, ">\r\n");
  for (const std::string& header : more_headers) absl::StrAppend(&raw, header, "\r\n");
  if (attachments.empty()) return absl::StrCat(raw, TextPart(text));
  absl::StrAppend(&raw, "Content-Type: multipart/mixed; boundary=\"", kBoundary, "\"\r\n\r\n--",
                  kBoundary, "\r\n", TextPart(text));
  for (const std::string& name : attachments) {
    absl::StrAppend(&raw, "--", kBoundary,
                    "\r\nContent-Type: application/pdf\r\nContent-Disposition: attachment; "
                    "filename=\"",
                    name, "\"\r\n\r\nbytes\r\n");
  }
  return absl::StrCat(raw, "--", kBoundary, "--\r\n");
}

}  // namespace ipstore::orders::test
