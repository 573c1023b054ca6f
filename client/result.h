// What a call gives: its answer, or why there is none.
#ifndef IPSTORE_ORDERS_CLIENT_RESULT_H_
#define IPSTORE_ORDERS_CLIENT_RESULT_H_

#include <utility>
#include <variant>

#include "client/error.h"

namespace ipstore::orders::client {

// A `T` or an Error. Reading the one that is not there throws std::bad_variant_access.
template <typename T>
class [[nodiscard]] Result {
 public:
  // Implicit, so that a function returns either by its name.
  Result(T value) : state_(std::move(value)) {}      // NOLINT(google-explicit-constructor)
  Result(Error error) : state_(std::move(error)) {}  // NOLINT(google-explicit-constructor)

  bool ok() const { return std::holds_alternative<T>(state_); }

  const T& value() const& { return std::get<T>(state_); }
  T&& value() && { return std::get<T>(std::move(state_)); }
  const Error& error() const { return std::get<Error>(state_); }

 private:
  std::variant<T, Error> state_;
};

}  // namespace ipstore::orders::client

#endif  // IPSTORE_ORDERS_CLIENT_RESULT_H_
