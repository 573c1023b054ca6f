// A small constexpr set of enumerators, used by the tables of the lifecycle.
#ifndef IPSTORE_ORDERS_DOMAIN_ENUM_SET_H_
#define IPSTORE_ORDERS_DOMAIN_ENUM_SET_H_

#include <cstdint>
#include <initializer_list>

namespace ipstore::orders {

// A set of values of the enum `E`, whose enumerators lie in 0..31. A value type; every operation is
// constexpr.
template <typename E>
class EnumSet {
 public:
  constexpr EnumSet() = default;
  constexpr EnumSet(std::initializer_list<E> values) {
    for (E value : values) bits_ |= Bit(value);
  }

  constexpr bool Contains(E value) const { return (bits_ & Bit(value)) != 0; }
  constexpr bool Empty() const { return bits_ == 0; }
  constexpr void Insert(E value) { bits_ |= Bit(value); }
  constexpr void Erase(E value) { bits_ &= ~Bit(value); }

  friend constexpr bool operator==(EnumSet, EnumSet) = default;
  friend constexpr EnumSet operator|(EnumSet a, EnumSet b) {
    EnumSet both;
    both.bits_ = a.bits_ | b.bits_;
    return both;
  }

 private:
  static constexpr std::uint32_t Bit(E value) { return 1U << static_cast<std::uint32_t>(value); }

  std::uint32_t bits_ = 0;
};

}  // namespace ipstore::orders

#endif  // IPSTORE_ORDERS_DOMAIN_ENUM_SET_H_
