// What holds for every enquiry whatever anybody does to it.

#include <algorithm>
#include <array>
#include <cstdint>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "domain/decide_enquiry.h"
#include "domain/evolve.h"
#include "domain/sentences.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rapidcheck.h"
#include "rapidcheck/gtest.h"
#include "tests/domain/product_rules.h"
#include "tests/domain/random_enquiries.h"
#include "tests/support/orders.h"

namespace ipstore::orders {
namespace {

using test::EnquiryWalk;
using test::EnquiryWalks;
using test::ProductStep;
using test::TriedOnEnquiry;

const ProductStep* FindStep(const EnquiryMoved& moved) {
  return test::FindStep(test::ProductEnquirySteps(), static_cast<int>(moved.from),
                        Name(moved.action));
}

// The step that was taken, if any. No command takes two.
const EnquiryMoved* StepAmong(const Activities& activities) {
  const EnquiryMoved* step = nullptr;
  for (const Activity& activity : activities) {
    const auto* moved = std::get_if<EnquiryMoved>(&activity.event);
    if (moved == nullptr) continue;
    RC_ASSERT(step == nullptr);
    step = moved;
  }
  return step;
}

// When the enquiry was last resolved before that, by its log; the beginning of time if never.
absl::Time LastResolved(const std::vector<Activity>& log, std::int32_t up_to_seq) {
  absl::Time resolved = absl::InfinitePast();
  for (const Activity& activity : log) {
    const auto* moved = std::get_if<EnquiryMoved>(&activity.event);
    if (moved != nullptr && moved->to == EnquiryStatus::kResolved && activity.seq <= up_to_seq)
      resolved = activity.recorded_at;
  }
  return resolved;
}

bool ResolvedInTheLast14Days(const TriedOnEnquiry& tried) {
  const absl::Time resolved = LastResolved(tried.log, tried.before.subject.last_seq);
  return tried.at - resolved <= absl::Hours(24) * 14;
}

// A public comment of the enquiry's customer.
bool CustomerSpoke(const TriedOnEnquiry& tried) {
  const auto* comment = std::get_if<AddComment>(&tried.command);
  return comment != nullptr && comment->comment.visibility == Visibility::kPublic &&
         tried.caller.IsCustomer();
}

RC_GTEST_PROP(EnquiryProperties, AnEnquiryIsTheFoldOfItsLog, (const EnquiryWalk& walk)) {
  Walk(walk, [](const TriedOnEnquiry& tried) {
    const absl::StatusOr<SubjectState> replayed = Replay(tried.log);
    RC_ASSERT(replayed.ok());
    RC_ASSERT(*replayed == SubjectState(tried.after));
  });
}

RC_GTEST_PROP(EnquiryProperties, ALogTellsTheSameEnquiryWhenItIsRedacted,
              (const EnquiryWalk& walk)) {
  Walk(walk, [](const TriedOnEnquiry& tried) {
    const absl::StatusOr<SubjectState> replayed = Replay(test::AsStored(tried.log));
    RC_ASSERT(replayed.ok());
    RC_ASSERT(*replayed == SubjectState(tried.after));
  });
}

RC_GTEST_PROP(EnquiryProperties, AStepIsTakenOnlyWhenItsGuardHeld, (const EnquiryWalk& walk)) {
  Walk(walk, [](const TriedOnEnquiry& tried) {
    const Activities added = tried.added();
    const EnquiryMoved* moved = StepAmong(added);
    if (moved == nullptr) return;
    const ProductStep* step = FindStep(*moved);
    RC_ASSERT(step != nullptr);
    RC_ASSERT(step->guards.empty() || ResolvedInTheLast14Days(tried));
  });
}

RC_GTEST_PROP(EnquiryProperties, AStepIsTakenOnlyByWhomTheProductAllowsIt,
              (const EnquiryWalk& walk)) {
  Walk(walk, [](const TriedOnEnquiry& tried) {
    const Activities added = tried.added();
    const EnquiryMoved* moved = StepAmong(added);
    if (moved == nullptr) return;
    const Actor& who = tried.caller.on_behalf_of.value_or(tried.caller.actor);
    const ProductStep* step = FindStep(*moved);
    RC_ASSERT(step != nullptr);
    RC_ASSERT(step->Allows(who.role));
    RC_ASSERT(who.role != Role::kCustomer ||
              (!who.id.empty() && who.id == tried.before.content.customer.id));
  });
}

// All that a command on an enquiry is refused with.
constexpr std::array kReasonsForEnquiries = {Reason::kPermissionDenied, Reason::kInvalidRequest,
                                             Reason::kEnquiryActionNotOpen,
                                             Reason::kOpenANewEnquiry, Reason::kMissingRight};

RC_GTEST_PROP(EnquiryProperties, ARefusalChangesNothingAndSaysWhy, (const EnquiryWalk& walk)) {
  Walk(walk, [](const TriedOnEnquiry& tried) {
    const Refusal* refusal = tried.refusal();
    if (refusal == nullptr) return;
    RC_ASSERT(tried.after == tried.before);
    RC_ASSERT(static_cast<std::int32_t>(tried.log.size()) == tried.before.subject.last_seq);
    RC_ASSERT(std::ranges::count(kReasonsForEnquiries, refusal->reason) == 1);
    RC_ASSERT(refusal->violations.empty() == (refusal->reason != Reason::kInvalidRequest));
    RC_ASSERT(!Sentence(*refusal, Language::kGreek).empty());
    RC_ASSERT(!Sentence(*refusal, Language::kEnglish).empty());
  });
}

RC_GTEST_PROP(EnquiryProperties, TheStatusMovesOnlyAlongTheProductsSteps,
              (const EnquiryWalk& walk)) {
  Walk(walk, [](const TriedOnEnquiry& tried) {
    const Activities added = tried.added();
    const EnquiryMoved* moved = StepAmong(added);
    RC_ASSERT((moved != nullptr) == (tried.before.status() != tried.after.status()));
    RC_ASSERT(tried.after.subject.active == (tried.after.status() != EnquiryStatus::kResolved));
    if (moved == nullptr) return;
    const ProductStep* step = FindStep(*moved);
    RC_ASSERT(step != nullptr);
    RC_ASSERT(moved->from == tried.before.status());
    RC_ASSERT(moved->to == tried.after.status());
    RC_ASSERT(step->to == static_cast<int>(tried.after.status()));
  });
}

RC_GTEST_PROP(EnquiryProperties, WhatIsResolvedIsReopenedFor14DaysAndNotLater,
              (const EnquiryWalk& walk)) {
  Walk(walk, [](const TriedOnEnquiry& tried) {
    const auto* step = std::get_if<TransitionEnquiry>(&tried.command);
    const bool asked =
        CustomerSpoke(tried) || (step != nullptr && step->action == EnquiryAction::kReopen);
    if (!asked || tried.before.status() != EnquiryStatus::kResolved) return;
    const Refusal* refusal = tried.refusal();
    if (refusal != nullptr && refusal->reason != Reason::kOpenANewEnquiry) return;
    RC_ASSERT((refusal == nullptr) == ResolvedInTheLast14Days(tried));
    RC_ASSERT((refusal == nullptr) == (tried.after.status() == EnquiryStatus::kOpen));
  });
}

RC_GTEST_PROP(EnquiryProperties, WhatTheCustomerSaysAnswersOrReopens, (const EnquiryWalk& walk)) {
  Walk(walk, [](const TriedOnEnquiry& tried) {
    if (!std::holds_alternative<AddComment>(tried.command) || tried.refusal() != nullptr) return;
    EnquiryStatus expected = tried.before.status();
    if (CustomerSpoke(tried) && expected == EnquiryStatus::kWaitingForCustomer)
      expected = EnquiryStatus::kInProgress;
    if (CustomerSpoke(tried) && expected == EnquiryStatus::kResolved)
      expected = EnquiryStatus::kOpen;
    RC_ASSERT(tried.after.status() == expected);
  });
}

RC_GTEST_PROP(EnquiryProperties, WhatIsToldAsOpenIsDoneAndNothingElse, (const EnquiryWalk& walk)) {
  Walk(walk, [](const TriedOnEnquiry& tried) {
    for (const Caller& caller : test::CallersAbout(tried.after)) {
      const std::vector<EnquiryAction> open =
          OpenActions(tried.after, caller.EffectiveRole(), tried.at);
      for (EnquiryAction action : kEnquiryActions) {
        const Decision decision =
            Decide(tried.after, TransitionEnquiry{.action = action}, caller, tried.at);
        const auto* refusal = std::get_if<Refusal>(&decision);
        RC_ASSERT((refusal == nullptr) == (std::ranges::count(open, action) == 1));
        if (refusal != nullptr && refusal->reason == Reason::kEnquiryActionNotOpen)
          RC_ASSERT(refusal->open_enquiry_actions == open);
      }
    }
  });
}

// Deciding is a pure function: a batch that the database rolled back is decided again.
RC_GTEST_PROP(EnquiryProperties, TheSameCallsMakeTheSameLog, (const EnquiryWalk& walk)) {
  const auto log_of = [&] {
    std::vector<Activity> log;
    Walk(walk, [&](const TriedOnEnquiry& tried) { log = tried.log; });
    return log;
  };
  RC_ASSERT(log_of() == log_of());
}

RC_GTEST_PROP(EnquiryProperties, TheHeadCountsTheLog, (const EnquiryWalk& walk)) {
  Walk(walk, [](const TriedOnEnquiry& tried) {
    const Subject& head = tried.after.subject;
    RC_ASSERT(head.last_seq == static_cast<std::int32_t>(tried.log.size()));
    RC_ASSERT(head.version == std::ranges::count_if(tried.log, [](const Activity& activity) {
                const auto* redacted = std::get_if<Redacted>(&activity.event);
                const bool of_a_comment = redacted != nullptr && redacted->comment_seq.has_value();
                return !of_a_comment && !std::holds_alternative<CommentAdded>(activity.event);
              }));
    RC_ASSERT(head.last_public_activity_at <= head.last_activity_at);
    RC_ASSERT(head.updated_at <= head.last_activity_at);
    RC_ASSERT(head.last_activity_at == tried.log.back().recorded_at);
  });
}

// "4 -REOPEN-> 1 CUSTOMER"
std::string Edge(const ProductStep& step, const std::string& role) {
  return absl::StrCat(step.from, " -", step.action, "-> ", step.to, " ", role);
}

// The properties would hold of walks that get nowhere.
TEST(RandomEnquiries, TakeEveryStepByEveryRoleAndMeetEveryEventAndReason) {
  std::set<std::string> edges;
  std::set<int> statuses;
  std::set<ActivityKind> kinds;
  std::set<Reason> reasons;
  int reopened_at_the_last_moment = 0;
  int asked_a_moment_too_late = 0;
  for (const EnquiryWalk& walk : test::ValuesOf(EnquiryWalks(), /*seed=*/20261102, /*count=*/300)) {
    Walk(walk, [&](const TriedOnEnquiry& tried) {
      statuses.insert(static_cast<int>(tried.after.status()));
      for (const Activity& activity : tried.added()) {
        kinds.insert(KindOf(activity.event));
        const auto* moved = std::get_if<EnquiryMoved>(&activity.event);
        if (moved == nullptr) continue;
        edges.insert(Edge(*FindStep(*moved), std::string(Name(tried.caller.EffectiveRole()))));
      }
      const absl::Duration past_the_limit =
          tried.at - LastResolved(tried.log, tried.before.subject.last_seq) - absl::Hours(24) * 14;
      if (tried.before.status() == EnquiryStatus::kResolved &&
          tried.after.status() == EnquiryStatus::kOpen && past_the_limit == absl::ZeroDuration())
        ++reopened_at_the_last_moment;
      if (tried.refusal() == nullptr) return;
      reasons.insert(tried.refusal()->reason);
      if (tried.refusal()->reason == Reason::kOpenANewEnquiry &&
          past_the_limit == absl::Microseconds(1))
        ++asked_a_moment_too_late;
    });
  }
  for (const ProductStep& step : test::ProductEnquirySteps()) {
    for (const std::string& role : step.roles)
      EXPECT_TRUE(edges.contains(Edge(step, role))) << Edge(step, role);
  }
  EXPECT_THAT(statuses, ::testing::ElementsAre(1, 2, 3, 4));
  EXPECT_EQ(kinds.size(), 4U) << "all that happen to enquiries, but for their creation";
  for (Reason reason : kReasonsForEnquiries) EXPECT_TRUE(reasons.contains(reason)) << Name(reason);
  EXPECT_GT(reopened_at_the_last_moment, 0);
  EXPECT_GT(asked_a_moment_too_late, 0);
}

}  // namespace
}  // namespace ipstore::orders
