// What every command of the tool works with.
#ifndef IPSTORE_ORDERS_CLIENT_ORDERCTL_SESSION_H_
#define IPSTORE_ORDERS_CLIENT_ORDERCTL_SESSION_H_

#include <functional>

#include "absl/strings/string_view.h"
#include "client/orderctl/exit_code.h"
#include "client/orderctl/reader.h"
#include "client/orders_client.h"

namespace ipstore::orders::client {

struct Session {
  const OrdersClient& client;
  Reader reader;
  // Print messages as JSON instead of text for people.
  bool json = false;
  // How often a call is tried again.
  int retries = 0;
  // Whose orders "own orders" are: the actor, or for whom they act.
  Principal principal = {};
  // Writes to stdout at once, for commands that go on. False when nobody reads it any more.
  std::function<bool(absl::string_view text)> print;
  // Writes to stderr at once.
  std::function<void(absl::string_view text)> warn;
  // Shows how far a long command has come, at once, on the terminal. Empty where nobody watches.
  std::function<void(absl::string_view text)> progress;
  // How the program ends when the command has something to print: set by one that could do only a
  // part of its work.
  ExitCode* exit_code = nullptr;
};

}  // namespace ipstore::orders::client

#endif  // IPSTORE_ORDERS_CLIENT_ORDERCTL_SESSION_H_
