#include "tests/support/wait.h"

#include <chrono>
#include <thread>

namespace ipstore::orders::test {

bool WaitUntil(const std::function<bool()>& condition) {
  constexpr std::chrono::seconds kPatience{30};
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return true;
}

}  // namespace ipstore::orders::test
