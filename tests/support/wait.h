// Waiting for what other threads and programs do.
#ifndef IPSTORE_ORDERS_TESTS_SUPPORT_WAIT_H_
#define IPSTORE_ORDERS_TESTS_SUPPORT_WAIT_H_

#include <functional>

namespace ipstore::orders::test {

// Waits until `condition` holds; false when that takes longer than half a minute.
bool WaitUntil(const std::function<bool()>& condition);

}  // namespace ipstore::orders::test

#endif  // IPSTORE_ORDERS_TESTS_SUPPORT_WAIT_H_
