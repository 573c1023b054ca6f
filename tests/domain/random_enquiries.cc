#include "tests/domain/random_enquiries.h"

#include <functional>
#include <optional>
#include <ostream>
#include <utility>
#include <variant>
#include <vector>

#include "absl/time/time.h"
#include "domain/decide_enquiry.h"
#include "domain/validate.h"
#include "tests/support/orders.h"

namespace ipstore::orders::test {
namespace {

rc::Gen<EnquiryAttempt> Attempts() {
  return rc::gen::build<EnquiryAttempt>(
      rc::gen::set(&EnquiryAttempt::deed,
                   rc::gen::weightedElement<EnquiryDeed>({{3, EnquiryDeed::kStepOut},
                                                          {2, EnquiryDeed::kAnyStep},
                                                          {3, EnquiryDeed::kComment},
                                                          {1, EnquiryDeed::kNotifications},
                                                          {1, EnquiryDeed::kRedact}})),
      rc::gen::set(&EnquiryAttempt::detail, rc::gen::inRange(0, 10)),
      rc::gen::set(&EnquiryAttempt::caller, rc::gen::inRange(0, 8)),
      rc::gen::set(&EnquiryAttempt::wait, rc::gen::inRange(0, 10)));
}

EnquiryContent ContentOf(const EnquiryWalk& walk) {
  EnquiryContent content = QuestionAbout(std::nullopt);
  if (walk.guest) content.customer.id.clear();
  content.notifications_on = walk.notifications_on;
  return content;
}

// Around the fourteen days for which a resolved enquiry can be reopened. EnquiryInTest itself lets
// a minute pass before each command.
absl::Duration WaitFrom(int wait) {
  constexpr absl::Duration kTwoWeeks = absl::Hours(14 * 24);
  switch (wait) {
    case 0:
      return kTwoWeeks / 2;
    case 1:
      return kTwoWeeks - absl::Minutes(1);
    case 2:
      return kTwoWeeks - absl::Minutes(1) + absl::Microseconds(1);
    case 3:
      return 2 * kTwoWeeks;
    default:
      return absl::ZeroDuration();
  }
}

Caller CallerFrom(int caller, const Enquiry& enquiry) {
  const std::vector<Caller> callers = CallersAbout(enquiry);
  const auto place = static_cast<std::size_t>(caller);
  return place < callers.size() ? callers[place] : Redactor();
}

NewComment CommentFrom(const EnquiryAttempt& attempt) {
  return {.text = attempt.detail == 0 ? "" : "Ναι, την Πέμπτη.",
          .visibility = attempt.detail % 3 == 1 ? Visibility::kInternal : Visibility::kPublic};
}

TransitionEnquiry StepFrom(const EnquiryAttempt& attempt, EnquiryAction action) {
  TransitionEnquiry step{.action = action};
  if (attempt.wait % 2 == 1) step.comment = CommentFrom(attempt);
  return step;
}

TransitionEnquiry StepOut(const EnquiryAttempt& attempt, const Enquiry& enquiry) {
  std::vector<EnquiryAction> out;
  for (const EnquiryTransition& step : kEnquiryTransitions) {
    if (step.from == enquiry.status()) out.push_back(step.action);
  }
  return StepFrom(attempt, out[static_cast<std::size_t>(attempt.detail) % out.size()]);
}

EnquiryCommand CommandFrom(const EnquiryAttempt& attempt, const EnquiryInTest& enquiry) {
  switch (attempt.deed) {
    case EnquiryDeed::kStepOut:
      return StepOut(attempt, enquiry.enquiry());
    case EnquiryDeed::kAnyStep:
      return StepFrom(attempt, At(kEnquiryActions, attempt.detail));
    case EnquiryDeed::kComment:
      return AddComment{CommentFrom(attempt)};
    case EnquiryDeed::kRedact:
      return RedactionFrom(attempt.detail, enquiry.log());
    case EnquiryDeed::kNotifications:
      break;
  }
  return SetNotifications{attempt.detail % 2 == 0};
}

struct Validation {
  Violations& violations;

  void operator()(const TransitionEnquiry& command) const { Validate(command, violations); }
  void operator()(const AddComment& command) const {
    Validate(command.comment, "comment", violations);
  }
  // Both values are fine.
  void operator()(const SetNotifications& /*command*/) const {}
  // Its handler has looked the comment up.
  void operator()(const Redact& /*command*/) const {}
};

Decision TryOn(EnquiryInTest& enquiry, const EnquiryCommand& command, const Caller& caller) {
  if (auto refusal = CheckAccess(&enquiry.enquiry().subject, SubjectKind::kEnquiry, caller, ""))
    return *std::move(refusal);
  Violations violations;
  std::visit(Validation{violations}, command);
  if (!violations.Empty()) return InvalidRequest(std::move(violations).Take());
  return enquiry.Do(command, caller);
}

}  // namespace

std::ostream& operator<<(std::ostream& out, const EnquiryAttempt& attempt) {
  return out << "{deed " << static_cast<int>(attempt.deed) << ", detail " << attempt.detail
             << ", caller " << attempt.caller << ", wait " << attempt.wait << "}";
}

std::ostream& operator<<(std::ostream& out, const EnquiryWalk& walk) {
  out << (walk.guest ? "a guest's" : "a customer's")
      << (walk.notifications_on ? "" : ", notifications off") << ":";
  for (const EnquiryAttempt& attempt : walk.attempts) out << " " << attempt;
  return out;
}

rc::Gen<EnquiryWalk> EnquiryWalks() {
  return rc::gen::build<EnquiryWalk>(
      rc::gen::set(&EnquiryWalk::guest, rc::gen::weightedElement<bool>({{5, false}, {1, true}})),
      rc::gen::set(&EnquiryWalk::notifications_on,
                   rc::gen::weightedElement<bool>({{5, true}, {1, false}})),
      rc::gen::set(
          &EnquiryWalk::attempts,
          rc::gen::scale(3.0, rc::gen::container<std::vector<EnquiryAttempt>>(Attempts()))));
}

std::vector<Caller> CallersAbout(const Enquiry& enquiry) {
  const std::string& own = enquiry.subject.customer_id;
  return {CustomerCaller(own),
          CustomerCaller("somebody-else"),
          OnBehalfOf(Role::kCustomer, own),
          OnBehalfOf(Role::kStaff, "eleni"),
          EshopService(),
          Staff(),
          Redactor()};
}

void Walk(const EnquiryWalk& walk, const std::function<void(const TriedOnEnquiry&)>& visit) {
  constexpr int kAttemptsOnceTooLate = 3;
  EnquiryInTest enquiry(ContentOf(walk));
  int too_late = 0;
  for (const EnquiryAttempt& attempt : walk.attempts) {
    const std::optional<absl::Time> resolved = enquiry.enquiry().resolved_at;
    if (resolved.has_value() && enquiry.now() - *resolved > kReopenableFor &&
        ++too_late > kAttemptsOnceTooLate) {
      enquiry = EnquiryInTest(ContentOf(walk));
      too_late = 0;
    }
    Enquiry before = enquiry.enquiry();
    const Caller caller = CallerFrom(attempt.caller, before);
    enquiry.Wait(WaitFrom(attempt.wait));
    EnquiryCommand command = CommandFrom(attempt, enquiry);
    Decision decision = TryOn(enquiry, command, caller);
    visit({std::move(before), std::move(command), caller, enquiry.now(), std::move(decision),
           enquiry.enquiry(), enquiry.log()});
  }
}

}  // namespace ipstore::orders::test
