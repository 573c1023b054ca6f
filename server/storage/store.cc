#include "server/storage/store.h"

namespace ipstore::orders {
namespace {

// One step of splitmix64: every bit of the input changes half of the output's.
std::uint64_t Mixed(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15U;
  x = (x ^ (x >> 30U)) * 0xbf58476d1ce4e5b9U;
  x = (x ^ (x >> 27U)) * 0x94d049bb133111ebU;
  return x ^ (x >> 31U);
}

}  // namespace

std::uint64_t FingerprintOf(Number subject, std::int32_t seq, absl::Time recorded_at) {
  const std::uint64_t who = Mixed(static_cast<std::uint64_t>(subject.value()));
  const std::uint64_t which = Mixed(who ^ static_cast<std::uint64_t>(seq));
  const std::uint64_t when =
      Mixed(which ^ static_cast<std::uint64_t>(absl::ToUnixMicros(recorded_at)));
  return when == 0 ? 1 : when;
}

}  // namespace ipstore::orders
