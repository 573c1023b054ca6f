#include "server/services/stream_limits.h"

#include <cstdint>

#include "absl/strings/str_cat.h"

namespace ipstore::orders {
namespace {

std::string KeyOf(const Actor& actor) {
  return absl::StrCat(Name(actor.role), " ", actor.id);
}

}  // namespace

StreamSlot::~StreamSlot() {
  if (limits_ != nullptr) limits_->Release(caller_);
}

std::variant<StreamSlot, Refusal> StreamLimits::Admit(const Caller& caller) {
  std::string key = KeyOf(caller.actor);
  if (caller.on_behalf_of.has_value()) absl::StrAppend(&key, "\n", KeyOf(*caller.on_behalf_of));
  const std::lock_guard lock(mutex_);
  if (count_ >= counts_.in_all) return TooManyStreams(static_cast<std::int64_t>(counts_.in_all));
  const std::size_t limit = caller.IsCustomer() ? counts_.per_customer : counts_.per_caller;
  std::size_t& of_caller = by_caller_[key];
  if (of_caller >= limit) return TooManyStreams(static_cast<std::int64_t>(limit));
  ++of_caller;
  ++count_;
  return StreamSlot(this, std::move(key));
}

void StreamLimits::Release(const std::string& caller) {
  const std::lock_guard lock(mutex_);
  --count_;
  const auto found = by_caller_.find(caller);
  if (--found->second == 0) by_caller_.erase(found);
}

std::size_t StreamLimits::count() const {
  const std::lock_guard lock(mutex_);
  return count_;
}

}  // namespace ipstore::orders
