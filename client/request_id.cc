#include "client/request_id.h"

#include <cstdint>
#include <random>

#include "absl/strings/str_format.h"

namespace ipstore::orders::client {
namespace {

std::uint64_t Random64(std::random_device& device) {
  return std::uint64_t{device()} << 32 | device();
}

}  // namespace

std::string NewRequestId() {
  std::random_device device;
  // The four bits that say "version 4", and the two that say "RFC 4122".
  const std::uint64_t high = (Random64(device) & ~std::uint64_t{0xF000}) | 0x4000;
  const std::uint64_t low = (Random64(device) & ~(std::uint64_t{3} << 62)) | std::uint64_t{1} << 63;
  return absl::StrFormat("%08x-%04x-%04x-%04x-%012x", high >> 32, high >> 16 & 0xFFFF,
                         high & 0xFFFF, low >> 48, low & 0xFFFFFFFFFFFF);
}

}  // namespace ipstore::orders::client
