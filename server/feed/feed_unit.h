// What the feed is made of: the activities of one commit unit, and which of them somebody wants.
#ifndef IPSTORE_ORDERS_SERVER_FEED_FEED_UNIT_H_
#define IPSTORE_ORDERS_SERVER_FEED_FEED_UNIT_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "domain/activity.h"
#include "domain/number.h"
#include "server/storage/store.h"

namespace ipstore::orders {

// The activities that one unit of work has made, in order: of one subject, at positions that follow
// each other. Shared by all who watch, and never changed.
struct FeedUnit {
  std::vector<Activity> activities;  // at least one
  FeedMark mark;                     // right after the last
  std::size_t bytes = 0;             // what it takes in memory, roughly
  std::size_t public_bytes = 0;      // the same of what customers may see

  std::int64_t first_position() const { return activities.front().position; }
  Number subject() const { return activities.front().subject; }
  // Empty for a guest's.
  const std::string& customer_id() const { return activities.front().customer_id; }
};

using FeedUnitPointer = std::shared_ptr<const FeedUnit>;

// Whether the unit redacts what came before it.
bool HasRedaction(const FeedUnit& unit);

// An earlier unit of the same subject as it is once `redaction` is committed.
FeedUnitPointer RedactedBy(const FeedUnit& redaction, const FeedUnit& earlier);

// Takes units out of the activities of a page, which must begin with a unit. The activities at the
// end that may not be the whole of their unit are left out, unless the page reaches the end of what
// there is (`complete`).
std::vector<FeedUnitPointer> UnitsOf(std::vector<FeedActivity> activities, std::int64_t epoch,
                                     bool complete);

// What somebody wants to be told of.
struct FeedScope {
  std::optional<Number> subject;           // of this subject
  std::optional<std::string> customer_id;  // or of this customer's; with neither: of all
  std::optional<std::string> owner;        // the customer who watches: must own the subject
  bool include_internal = false;
  std::vector<ActivityKind> kinds;  // empty: all of them

  // Whether it is of the unit's subject, of its customer, or of all.
  bool Covers(const FeedUnit& unit) const;
  // Whether it covers the unit, but who watches may not see it any more.
  bool Forbids(const FeedUnit& unit) const;
  bool Shows(const Activity& activity) const;
  // Whether it shows anything of the unit.
  bool Concerns(const FeedUnit& unit) const;
  // What of the unit's bytes may count where it can be noticed: nothing of what is hidden.
  std::size_t BytesOf(const FeedUnit& unit) const {
    return include_internal ? unit.bytes : unit.public_bytes;
  }
};

}  // namespace ipstore::orders

#endif  // IPSTORE_ORDERS_SERVER_FEED_FEED_UNIT_H_
