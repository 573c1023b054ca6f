#include "domain/decide_enquiry.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include "domain/recorder.h"

namespace ipstore::orders {
namespace {

bool Holds(const Enquiry& enquiry, EnquiryGuard guard, absl::Time now) {
  switch (guard) {
    case EnquiryGuard::kResolvedRecently:
      return enquiry.resolved_at.has_value() && now - *enquiry.resolved_at <= kReopenableFor;
  }
  return false;
}

bool AllHold(const Enquiry& enquiry, const EnquiryTransition& step, absl::Time now) {
  return std::ranges::all_of(kEnquiryGuards, [&](EnquiryGuard guard) {
    return !step.guards.Contains(guard) || Holds(enquiry, guard, now);
  });
}

EnquiryRule RuleFor(const NewComment& comment) {
  return comment.visibility == Visibility::kInternal ? EnquiryRule::kAddInternalComment
                                                     : EnquiryRule::kAddPublicComment;
}

// The customer hears of what asks something of them or gives them an answer.
bool WorthTelling(EnquiryAction action) {
  return action == EnquiryAction::kAskCustomer || action == EnquiryAction::kResolve;
}

struct Decider {
  const Enquiry& enquiry;
  const Caller& caller;
  absl::Time now;

  Decision operator()(const TransitionEnquiry& command) const {
    const Role role = caller.EffectiveRole();
    if (!RolesTaking(kEnquiryTransitions, command.action).Contains(role)) return PermissionDenied();
    if (command.comment.has_value() && !MayComment(*command.comment)) return PermissionDenied();
    const EnquiryTransition* step = FindRow(kEnquiryTransitions, enquiry.status(), command.action);
    if (step == nullptr || !step->roles.Contains(role)) {
      return EnquiryActionNotOpen(enquiry, command.action, OpenActions(enquiry, role, now));
    }
    if (!AllHold(enquiry, *step, now)) return OpenANewEnquiry(enquiry);
    Recorder recorder = NewRecorder();
    AddStep(recorder, *step, command.notify);
    if (command.comment.has_value()) recorder.AddComment(*command.comment, command.notify);
    return std::move(recorder).Take();
  }

  Decision operator()(const SetNotifications& command) const {
    if (!StatusesAllowing(kEnquiryCommandRules, EnquiryRule::kSetNotifications,
                          caller.EffectiveRole())
             .Contains(enquiry.status()))
      return PermissionDenied();
    if (command.on == enquiry.content.notifications_on) return Activities();
    Recorder recorder = NewRecorder();
    recorder.Add(NotificationsSet{command.on}, /*worth_telling=*/false, /*notify=*/false);
    return std::move(recorder).Take();
  }

  Decision operator()(const Redact& command) const {
    if (auto refusal = CheckMayRedact(caller)) return *std::move(refusal);
    if (!StatusesAllowing(kEnquiryCommandRules, EnquiryRule::kRedact, caller.EffectiveRole())
             .Contains(enquiry.status()))
      return PermissionDenied();
    Recorder recorder = NewRecorder();
    recorder.AddRedaction(command);
    return std::move(recorder).Take();
  }

  Decision operator()(const AddComment& command) const {
    if (!MayComment(command.comment)) return PermissionDenied();
    Recorder recorder = NewRecorder();
    const EnquiryTransition* step = StepTakenAlong(command.comment);
    if (step != nullptr && !AllHold(enquiry, *step, now)) return OpenANewEnquiry(enquiry);
    recorder.AddComment(command.comment, command.notify);
    if (step != nullptr) AddStep(recorder, *step, command.notify);
    return std::move(recorder).Take();
  }

 private:
  Recorder NewRecorder() const {
    return Recorder(enquiry.subject, enquiry.content.notifications_on, caller, now);
  }

  bool MayComment(const NewComment& comment) const {
    return StatusesAllowing(kEnquiryCommandRules, RuleFor(comment), caller.EffectiveRole())
        .Contains(enquiry.status());
  }

  // The step that a comment of this caller takes the enquiry along, or nullptr.
  const EnquiryTransition* StepTakenAlong(const NewComment& comment) const {
    if (!caller.IsCustomer() || comment.visibility != Visibility::kPublic) return nullptr;
    const std::optional<EnquiryAction> action = StepOfComment(enquiry.status());
    if (!action.has_value()) return nullptr;
    return FindRow(kEnquiryTransitions, enquiry.status(), *action);
  }

  static void AddStep(Recorder& recorder, const EnquiryTransition& step, bool notify) {
    recorder.Add(EnquiryMoved{.action = step.action, .from = step.from, .to = step.to},
                 WorthTelling(step.action), notify);
  }
};

// What is wrong with the order that an enquiry names, if anything.
std::optional<Refusal> CheckAbout(const CreateEnquiry& command, const Order* about,
                                  const Caller& caller) {
  if (!command.content.about.has_value()) return std::nullopt;
  const Subject* order = about == nullptr ? nullptr : &about->subject;
  if (auto refusal =
          CheckAccess(order, SubjectKind::kOrder, caller, command.content.about->ToString()))
    return refusal;
  if (order->customer_id == command.content.customer.id) return std::nullopt;
  Violations violations;
  violations.Add("enquiry.order", Flaw::kNotTheCustomers);
  return RefusalFrom(std::move(violations));
}

}  // namespace

Decision Decide(Number number, const CreateEnquiry& command, const Order* about,
                const Caller& caller, absl::Time now) {
  if (caller.IsCustomer() && command.content.customer.id != caller.Effective().id)
    return PermissionDenied();
  if (auto refusal = CheckAbout(command, about, caller)) return *std::move(refusal);
  Recorder recorder(NewSubject(number, SubjectKind::kEnquiry, command.content.customer.id),
                    command.content.notifications_on, caller, now);
  recorder.Add(EnquiryCreated{command.content}, /*worth_telling=*/true, command.notify);
  return std::move(recorder).Take();
}

Decision Decide(const Enquiry& enquiry, const EnquiryCommand& command, const Caller& caller,
                absl::Time now) {
  return std::visit(Decider{enquiry, caller, now}, command);
}

std::vector<EnquiryAction> OpenActions(const Enquiry& enquiry, Role role, absl::Time now) {
  std::vector<EnquiryAction> open;
  for (const EnquiryTransition& row : kEnquiryTransitions) {
    if (row.from == enquiry.status() && row.roles.Contains(role) && AllHold(enquiry, row, now))
      open.push_back(row.action);
  }
  return open;
}

}  // namespace ipstore::orders
