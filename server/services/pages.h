// Pages of a list: how many entries, and where one page ended and the next begins.
#ifndef IPSTORE_ORDERS_SERVER_SERVICES_PAGES_H_
#define IPSTORE_ORDERS_SERVER_SERVICES_PAGES_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "domain/command.h"
#include "domain/refusal.h"
#include "server/services/tokens.h"

namespace ipstore::orders {

struct PageLimits {
  std::int32_t standard = 50;  // when the caller does not say
  std::int32_t most = 200;     // larger wishes are cut down to it (AIP-158)
};

// How many entries the page has at most; reports a negative wish.
std::int32_t DecodePageSize(std::int32_t wish, PageLimits limits, Violations& violations);

// Makes and reads the page tokens of one query by one caller. A token says where a page ended, in a
// form that its holder can neither read nor change, and is good for the same query by the same
// caller only.
class PageTokens {
 public:
  // `request` is the list request; everything in it but the page itself belongs to the query.
  template <typename Request>
  PageTokens(const Tokens& tokens, const Caller& caller, absl::string_view method, Request request)
      : tokens_(&tokens) {
    request.clear_page_token();
    request.clear_page_size();
    purpose_ = Purpose(caller, method, request.SerializeAsString());
  }

  // All tokens are equally long: a length that grew with the cursor would tell how far down a log
  // the page ended, and so how much was said internally.
  std::string Seal(absl::string_view cursor) const;

  // The cursor in `token`. Nothing when it is empty, and, with a violation of "page_token", when it
  // is not a token of this query.
  std::optional<std::string> Open(absl::string_view token, Violations& violations) const;

 private:
  static std::string Purpose(const Caller& caller, absl::string_view method,
                             absl::string_view query);

  const Tokens* tokens_;
  std::string purpose_;
};

// The numbers, separated by blanks, in a cursor that this server has sealed.
std::vector<std::int64_t> NumbersIn(absl::string_view cursor);

}  // namespace ipstore::orders

#endif  // IPSTORE_ORDERS_SERVER_SERVICES_PAGES_H_
