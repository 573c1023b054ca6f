// What the lifecycles of orders and of enquiries have in common: the form of their tables, how they
// are asked, and the checks that the compiler makes of each.
#ifndef IPSTORE_ORDERS_DOMAIN_TRANSITION_TABLE_H_
#define IPSTORE_ORDERS_DOMAIN_TRANSITION_TABLE_H_

#include <array>
#include <cstddef>
#include <cstdint>

#include "domain/enum_set.h"

namespace ipstore::orders {

// Who acts. A service that acts on behalf of somebody has that somebody's role (see
// Caller::EffectiveRole).
enum class Role : std::uint8_t { kCustomer = 1, kStaff = 2, kService = 3 };

inline constexpr std::array kRoles = {Role::kCustomer, Role::kStaff, Role::kService};

using RoleSet = EnumSet<Role>;

// One legal step of a lifecycle.
template <typename StatusType, typename ActionType, typename GuardType>
struct TransitionRow {
  using Status = StatusType;
  using Action = ActionType;
  using Guard = GuardType;

  Status from;
  Action action;
  Status to;
  RoleSet roles;          // who may take it
  EnumSet<Guard> guards;  // what must hold for it
};

// One row of the commands that do not move the status. A command that one role may use in fewer
// statuses than another has several.
template <typename CommandType, typename StatusType>
struct CommandRow {
  using Command = CommandType;
  using Status = StatusType;

  Command command;
  EnumSet<Status> in;  // empty for commands that create
  RoleSet roles;
};

// The row for `action` taken from `from`, or nullptr where the table has none. The pointer is into
// `table`.
template <typename Row, std::size_t N>
constexpr const Row* FindRow(const std::array<Row, N>& table, typename Row::Status from,
                             typename Row::Action action) {
  for (const Row& row : table) {
    if (row.from == from && row.action == action) return &row;
  }
  return nullptr;
}

// Who may take `action` from at least one status.
template <typename Row, std::size_t N>
constexpr RoleSet RolesTaking(const std::array<Row, N>& table, typename Row::Action action) {
  RoleSet roles;
  for (const Row& row : table) {
    if (row.action == action) roles = roles | row.roles;
  }
  return roles;
}

// The statuses in which `role` may use `command`; empty when it never may, and for commands that
// create.
template <typename Row, std::size_t N>
constexpr EnumSet<typename Row::Status> StatusesAllowing(const std::array<Row, N>& rules,
                                                         typename Row::Command command, Role role) {
  EnumSet<typename Row::Status> statuses;
  for (const Row& rule : rules) {
    if (rule.command == command && rule.roles.Contains(role)) statuses = statuses | rule.in;
  }
  return statuses;
}

// Who may use `command` in at least one status (for one that creates: at all).
template <typename Row, std::size_t N>
constexpr RoleSet RolesAllowed(const std::array<Row, N>& rules, typename Row::Command command) {
  RoleSet roles;
  for (const Row& rule : rules) {
    if (rule.command == command) roles = roles | rule.roles;
  }
  return roles;
}

// --- Checks of a whole table, for static_assert ---

template <typename Row, std::size_t N>
constexpr bool HasNoDuplicate(const std::array<Row, N>& table) {
  for (std::size_t i = 0; i < N; ++i) {
    for (std::size_t j = i + 1; j < N; ++j) {
      if (table[i].from == table[j].from && table[i].action == table[j].action) return false;
    }
  }
  return true;
}

// Every action leads to one status wherever it is taken, so that "what does X do" has one answer.
template <typename Row, std::size_t N>
constexpr bool EveryActionHasOneTarget(const std::array<Row, N>& table) {
  for (const Row& a : table) {
    for (const Row& b : table) {
      if (a.action == b.action && a.to != b.to) return false;
    }
  }
  return true;
}

template <typename Row, std::size_t N, std::size_t Actions, std::size_t Guards>
constexpr bool EveryActionAndGuardIsUsed(const std::array<Row, N>& table,
                                         const std::array<typename Row::Action, Actions>& actions,
                                         const std::array<typename Row::Guard, Guards>& guards) {
  EnumSet<typename Row::Action> used_actions;
  EnumSet<typename Row::Guard> used_guards;
  for (const Row& row : table) {
    used_actions.Insert(row.action);
    used_guards = used_guards | row.guards;
  }
  for (const auto action : actions) {
    if (!used_actions.Contains(action)) return false;
  }
  for (const auto guard : guards) {
    if (!used_guards.Contains(guard)) return false;
  }
  return true;
}

template <typename Row, std::size_t N, std::size_t Statuses>
constexpr bool EveryStatusIsReachable(const std::array<Row, N>& table,
                                      const std::array<typename Row::Status, Statuses>& statuses) {
  EnumSet<typename Row::Status> reached = {statuses.front()};
  for (std::size_t round = 0; round < Statuses; ++round) {
    for (const Row& row : table) {
      if (reached.Contains(row.from)) reached.Insert(row.to);
    }
  }
  for (const auto status : statuses) {
    if (!reached.Contains(status)) return false;
  }
  return true;
}

// Somebody may take every step.
template <typename Row, std::size_t N>
constexpr bool EveryStepHasARole(const std::array<Row, N>& table) {
  for (const Row& row : table) {
    if (row.roles.Empty()) return false;
  }
  return true;
}

template <typename Row, std::size_t N>
constexpr bool HasExit(const std::array<Row, N>& table, typename Row::Status status) {
  for (const Row& row : table) {
    if (row.from == status) return true;
  }
  return false;
}

template <typename Row, std::size_t N, std::size_t Commands>
constexpr bool EveryCommandHasARule(const std::array<Row, N>& rules,
                                    const std::array<typename Row::Command, Commands>& commands) {
  for (const auto command : commands) {
    if (RolesAllowed(rules, command).Empty()) return false;
  }
  return true;
}

}  // namespace ipstore::orders

#endif  // IPSTORE_ORDERS_DOMAIN_TRANSITION_TABLE_H_
