#include "server/notifications/notifier.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <random>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "domain/sentences.h"
#include "domain/validate.h"
#include "server/feed/feed_unit.h"
#include "server/notifications/delivery_threads.h"
#include "server/notifications/next_mail.h"
#include "server/notifications/recording.h"
#include "server/write/backoff.h"

namespace ipstore::orders {
namespace {

using SteadyTime = std::chrono::steady_clock::time_point;

// Activities that are read at a time.
constexpr std::int32_t kPage = 500;
// What was committed within this time is recorded together.
constexpr absl::Duration kGathering = absl::Milliseconds(50);
constexpr double kJitter = 0.1;
// Waits while the database is away.
constexpr absl::Duration kFirstDatabaseBackoff = absl::Milliseconds(50);
constexpr absl::Duration kLastDatabaseBackoff = absl::Seconds(5);

SteadyTime SteadyNow() {
  return std::chrono::steady_clock::now();
}

absl::Duration Since(SteadyTime time) {
  return absl::FromChrono(SteadyNow() - time);
}

// What is said of the order or enquiry in a notification's way.
struct Contact {
  bool notifications_on = true;
  absl::string_view email;
};

Contact ContactOf(const SubjectState& state) {
  return std::visit(
      [](const auto& kind) -> Contact {
        return {kind.content.notifications_on, kind.content.customer.email};
      },
      state);
}

bool IsEmptyComment(const Activity& activity) {
  const auto* comment = std::get_if<CommentAdded>(&activity.event);
  return comment != nullptr && comment->text.empty();
}

}  // namespace

// The thread that keeps the ledger.
class Notifier::Worker {
 public:
  Worker(Store& store, NotifierOptions options)
      : store_(store),
        options_(std::move(options)),
        owner_(NewLeaseOwner()),
        jitter_(std::random_device{}()),
        deliveries_(
            {.threads = options_.threads,
             .timeout = options_.delivery_timeout,
             .prepare = options_.prepare,
             .open_mailer = options_.open_mailer,
             .on_attempted = [this](AttemptedMail mail) { TakeAttempted(std::move(mail)); }}) {}

  absl::Status Open() {
    if (absl::Status ready = MakeReady(); !ready.ok()) return ready;
    return session_->BeginRecording(options_.clock()).status();
  }

  void Begin() {
    thread_ = std::thread([this] { Run(); });
  }

  void Wake() {
    {
      const std::lock_guard lock(mutex_);
      woken_ = true;
    }
    changed_.notify_one();
  }

  void BeginStop() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    changed_.notify_one();
  }

  void Stop(absl::Time deadline) {
    BeginStop();
    const std::lock_guard joining(joining_);
    if (!thread_.joinable()) return;
    {
      std::unique_lock lock(mutex_);
      ended_.wait_until(lock, absl::ToChronoTime(deadline), [this] { return has_ended_; });
    }
    deliveries_.Stop();
    {
      const std::lock_guard lock(mutex_);
      abandoned_ = true;
    }
    changed_.notify_one();
    thread_.join();
  }

 private:
  void Run() {
    while (!IsDone()) WaitForNews(Work());
    absl::Status noted = MakeReady();
    if (noted.ok()) noted = NoteAttempted();
    // The claims end by themselves.
    if (!noted.ok()) Report("what became of the last mails is not noted: ", noted.ToString());
    if (fence_.has_value() && session_ != nullptr) session_->ReleaseLease(*fence_).IgnoreError();
    {
      const std::lock_guard lock(mutex_);
      has_ended_ = true;
    }
    ended_.notify_all();
  }

  bool IsDone() {
    const std::lock_guard lock(mutex_);
    return stopping_ && (abandoned_ || in_flight_.empty());
  }

  bool IsStopping() {
    const std::lock_guard lock(mutex_);
    return stopping_;
  }

  void TakeAttempted(AttemptedMail mail) {
    {
      const std::lock_guard lock(mutex_);
      attempted_.push_back(std::move(mail));
    }
    changed_.notify_one();
  }

  struct Wait {
    absl::Duration at_most;
    bool is_pause = false;  // after a failure
  };

  void WaitForNews(const Wait& wait) {
    std::unique_lock lock(mutex_);
    const bool was_stopping = stopping_;
    const auto must_act = [&] {
      return abandoned_ || stopping_ != was_stopping || (!wait.is_pause && !attempted_.empty());
    };
    changed_.wait_for(lock, absl::ToChronoMicroseconds(wait.at_most),
                      [&] { return must_act() || (woken_ && !stopping_ && !wait.is_pause); });
    // A little later there is more to record at once.
    if (woken_ && !wait.is_pause)
      changed_.wait_for(lock, absl::ToChronoMicroseconds(kGathering), must_act);
    woken_ = false;
  }

  // Goes one step on, and returns how long to wait for news before the next.
  Wait Work() {
    bool progress = false;
    absl::Status status = Step(progress);
    // A deadlock passes.
    if (absl::IsAborted(status)) return {kFirstDatabaseBackoff};
    if (!status.ok()) {
      // Once for an outage.
      if (!outage_.IsOn()) Report("notifications stand still: ", status.ToString());
      session_.reset();
      reader_.reset();
      place_.reset();
      return {outage_.Next(kFirstDatabaseBackoff, kLastDatabaseBackoff), /*is_pause=*/true};
    }
    outage_.End();
    return {progress ? absl::ZeroDuration() : options_.poll_interval};
  }

  absl::Status Step(bool& progress) {
    if (absl::Status ready = MakeReady(); !ready.ok()) return ready;
    if (absl::Status noted = NoteAttempted(); !noted.ok()) return noted;
    // One that is stopping takes no new lease.
    if (IsStopping() && !fence_.has_value()) return absl::OkStatus();
    if (absl::Status kept = KeepLease(); !kept.ok() || !fence_.has_value()) return kept;
    if (IsStopping()) return absl::OkStatus();
    absl::Status recorded = RecordNext(progress);
    // What cannot be understood is no reason to leave undelivered what is recorded.
    const bool stands_still = absl::IsDataLoss(recorded) || absl::IsFailedPrecondition(recorded);
    if (!recorded.ok() && !stands_still) return recorded;
    if (stands_still && !recording_stands_still_)
      Report("no more notifications are recorded: ", recorded.ToString());
    recording_stands_still_ = stands_still;
    if (!fence_.has_value()) return absl::OkStatus();
    if (absl::Status delivered = DeliverNext(progress); !delivered.ok()) return delivered;
    return stands_still && !progress && in_flight_.empty() ? LetAnotherTry() : absl::OkStatus();
  }

  // A newer server understands what this one does not.
  absl::Status LetAnotherTry() {
    if (absl::Status released = session_->ReleaseLease(*fence_); !released.ok()) return released;
    fence_.reset();
    renewed_at_ = SteadyNow() + absl::ToChronoNanoseconds(options_.lease);
    return absl::OkStatus();
  }

  absl::Status MakeReady() {
    if (session_ == nullptr) {
      absl::StatusOr<std::unique_ptr<NotificationSession>> opened =
          store_.OpenNotificationSession();
      if (!opened.ok()) return opened.status();
      session_ = *std::move(opened);
    }
    if (reader_ == nullptr) {
      absl::StatusOr<std::unique_ptr<Reader>> opened = store_.OpenReader();
      if (!opened.ok()) return opened.status();
      reader_ = *std::move(opened);
    }
    return absl::OkStatus();
  }

  absl::Status KeepLease() {
    const absl::Duration rest = fence_.has_value() ? options_.lease / 3 : options_.poll_interval;
    if (Since(renewed_at_) < rest) return absl::OkStatus();
    const SteadyTime now = SteadyNow();
    absl::StatusOr<std::optional<std::int64_t>> fence = session_->TakeLease(owner_, options_.lease);
    if (!fence.ok()) return fence.status();
    if (*fence != fence_) place_.reset();
    fence_ = *fence;
    renewed_at_ = now;
    return absl::OkStatus();
  }

  // --- Recording ---

  absl::Status RecordNext(bool& progress) {
    if (!place_.has_value()) {
      absl::StatusOr<FeedMark> place = session_->BeginRecording(options_.clock());
      if (!place.ok()) return place.status();
      place_ = *place;
    }
    absl::StatusOr<FeedPage> page =
        reader_->ReadFeed({.after = place_->position, .limit = page_size_});
    if (!page.ok()) return page.status();
    if (absl::Status same = CheckHistory(*page, progress); !same.ok() || progress) return same;
    if (page->activities.empty()) return page->unreadable;
    const bool is_all =
        page->unreadable.ok() && page->activities.size() < static_cast<std::size_t>(page_size_);
    const std::vector<FeedUnitPointer> units =
        UnitsOf(std::move(page->activities), place_->epoch, is_all);
    if (units.empty()) {
      if (!page->unreadable.ok()) return page->unreadable;
      page_size_ *= 2;  // a unit of work that is longer than a page
      progress = true;
      return absl::OkStatus();
    }
    page_size_ = kPage;
    progress = true;
    return Record(units);
  }

  absl::Status Record(absl::Span<const FeedUnitPointer> units) {
    const absl::Time now = options_.clock();
    const FeedMark& place = units.back()->mark;
    absl::StatusOr<bool> recorded =
        session_->Record(*fence_, NotificationsOf(units, DatabaseNow(), options_.give_up_after),
                         SilencesOf(units), place, now);
    if (!recorded.ok()) return recorded.status();
    if (*recorded) {
      place_ = place;
    } else {
      fence_.reset();
    }
    return absl::OkStatus();
  }

  // Sets `progress` where the place has to be read again.
  absl::Status CheckHistory(const FeedPage& page, bool& progress) {
    if (page.head.epoch != place_->epoch) {
      // Somebody has said that the history changed, and that what there is now is to be gone by.
      place_->epoch = page.head.epoch;
      is_new_epoch_ = true;
      if (place_->position > page.head.position) {
        place_->position = page.head.position;
        progress = true;
        return absl::OkStatus();
      }
    }
    if (std::exchange(is_new_epoch_, false)) place_->fingerprint = page.fingerprint;
    if (page.fingerprint == place_->fingerprint) return absl::OkStatus();
    return absl::FailedPreconditionError(
        absl::StrCat("FEED_HISTORY_CHANGED: the activity at position ", place_->position,
                     " of the feed is not the one that notifications were recorded up to. If the "
                     "database was restored, run `orderd new-epoch`"));
  }

  // --- Delivering ---

  struct PlannedMail {
    std::vector<Notification> rows;
    Notification lead;  // the last of them as they were chosen: the mail is named after it
  };

  // The mails of some subjects, with all that they are made of.
  struct Batch {
    std::vector<PlannedMail> mails;
    absl::flat_hash_map<Number, SubjectPointer> subjects;
    absl::flat_hash_map<std::pair<Number, std::int32_t>, Activity> activities;
    absl::flat_hash_map<Number, std::string> mailed_to;  // the last address, if there was a mail
  };

  absl::Status DeliverNext(bool& progress) {
    const std::size_t room = RoomForMails();
    if (room == 0) return absl::OkStatus();
    const SteadyTime asked_at = SteadyNow();
    absl::StatusOr<DueNotifications> due = session_->ListDue(static_cast<std::int32_t>(room));
    if (!due.ok()) return due.status();
    database_ahead_ = due->now - options_.clock();
    Batch batch;
    batch.mails = MailsOf(*due);
    if (batch.mails.empty()) return absl::OkStatus();
    if (absl::Status found = FindLeads(batch.mails); !found.ok()) return found;
    if (absl::Status found = FindEarlierMails(batch); !found.ok()) return found;
    std::vector<Notification> not_told;
    if (absl::Status loaded = Load(batch, not_told); !loaded.ok()) return loaded;
    Screen(batch, not_told);
    if (!not_told.empty()) {
      if (absl::Status noted = session_->Note(not_told).status(); !noted.ok()) return noted;
      ReportFailures(not_told);
      progress = true;
    }
    return Claim(batch, due->now, asked_at, progress);
  }

  // One while the mail server may be away, to find out.
  std::size_t RoomForMails() const {
    if (in_flight_.size() >= options_.threads) return 0;
    if (!mail_outage_.IsOn()) return options_.threads - in_flight_.size();
    return in_flight_.empty() && SteadyNow() >= try_mail_at_ ? 1 : 0;
  }

  std::vector<PlannedMail> MailsOf(const DueNotifications& due) const {
    std::vector<PlannedMail> mails;
    absl::Span<const Notification> rest = due.notifications;
    while (!rest.empty()) {
      const auto end = std::ranges::find_if(
          rest, [&](const Notification& one) { return one.subject != rest.front().subject; });
      const auto count = static_cast<std::size_t>(end - rest.begin());
      if (!in_flight_.contains(rest.front().subject)) {
        auto rows = NextMail(rest.first(count), due.now, options_.late_after);
        if (!rows.empty()) {
          Notification lead = rows.back();
          mails.push_back({.rows = std::move(rows), .lead = std::move(lead)});
        }
      }
      rest.remove_prefix(count);
    }
    return mails;
  }

  // A mail in doubt keeps the name that it had, also when the row that gave it is not told any
  // more.
  absl::Status FindLeads(std::vector<PlannedMail>& mails) {
    for (PlannedMail& mail : mails) {
      const std::int32_t lead = mail.lead.lead_seq.value_or(mail.lead.seq);
      if (lead == mail.lead.seq) continue;
      auto found = reader_->GetNotification(mail.lead.subject, lead);
      if (!found.ok()) return found.status();
      if (found->has_value()) mail.lead = **std::move(found);
    }
    return absl::OkStatus();
  }

  // What cannot be read is taken out of the batch and fails: it is nobody else's fault.
  absl::Status Load(Batch& batch, std::vector<Notification>& not_told) {
    absl::Status loaded = ReadNewsOf(batch.mails, batch);
    if (!absl::IsDataLoss(loaded)) return loaded;
    std::vector<PlannedMail> readable;
    for (PlannedMail& mail : batch.mails) {
      absl::Status alone = ReadNewsOf(absl::MakeConstSpan(&mail, 1), batch);
      if (alone.ok()) {
        readable.push_back(std::move(mail));
        continue;
      }
      if (!absl::IsDataLoss(alone)) return alone;
      for (Notification& row : mail.rows) {
        row.detail = FrontOfText(alone.message(), kMaxShortText);
        Fail(row, NotificationReason::kUnsendable);
        not_told.push_back(std::move(row));
      }
    }
    batch.mails = std::move(readable);
    return absl::OkStatus();
  }

  absl::Status ReadNewsOf(absl::Span<const PlannedMail> mails, Batch& batch) {
    std::vector<Number> numbers;
    std::vector<ActivityKey> keys;
    for (const PlannedMail& mail : mails) {
      numbers.push_back(mail.lead.subject);
      for (const Notification& row : mail.rows) keys.push_back({row.subject, row.seq});
    }
    absl::StatusOr<std::vector<Activity>> activities = reader_->GetActivities(keys);
    if (!activities.ok()) return activities.status();
    for (Activity& activity : *activities) {
      const std::pair key(activity.subject, activity.seq);
      batch.activities.insert_or_assign(key, std::move(activity));
    }
    // Last: whether notifications are on is looked at as late as can be.
    absl::StatusOr<std::vector<SubjectPointer>> subjects = reader_->GetSubjects(numbers);
    if (!subjects.ok()) return subjects.status();
    for (SubjectPointer& subject : *subjects) {
      const Number number = HeadOf(*subject).number;
      batch.subjects.insert_or_assign(number, std::move(subject));
    }
    return absl::OkStatus();
  }

  absl::Status FindEarlierMails(Batch& batch) {
    for (const PlannedMail& mail : batch.mails) {
      const Number number = mail.lead.subject;
      absl::StatusOr<std::vector<Notification>> sent = reader_->ListNotifications(
          {.subject = number, .states = {NotificationState::kSent}, .limit = 1});
      // What cannot be read is no reason not to send: the mail then shows what was ordered again.
      if (absl::IsDataLoss(sent.status())) continue;
      if (!sent.ok()) return sent.status();
      if (!sent->empty()) batch.mailed_to[number] = std::move(sent->front().address);
    }
    return absl::OkStatus();
  }

  // Takes out of the mails what is not to be told any more, as it is to be noted.
  void Screen(Batch& batch, std::vector<Notification>& not_told) const {
    for (PlannedMail& mail : batch.mails) {
      std::erase_if(mail.rows, [&](Notification& row) {
        const NotificationReason reason = ReasonNotToTell(row, batch);
        if (reason == NotificationReason::kNone) return false;
        row.state = NotificationState::kSuppressed;
        row.reason = reason;
        Finish(row);
        not_told.push_back(std::move(row));
        return true;
      });
    }
    std::erase_if(batch.mails, [](const PlannedMail& mail) { return mail.rows.empty(); });
  }

  NotificationReason ReasonNotToTell(const Notification& row, const Batch& batch) const {
    const auto subject = batch.subjects.find(row.subject);
    const auto activity = batch.activities.find({row.subject, row.seq});
    if (subject == batch.subjects.end() || activity == batch.activities.end())
      return NotificationReason::kRedacted;
    const Contact contact = ContactOf(*subject->second);
    if (!contact.notifications_on) return NotificationReason::kNotificationsOff;
    if (contact.email.empty()) {
      return HeadOf(*subject->second).redacted_at.has_value() ? NotificationReason::kRedacted
                                                              : NotificationReason::kNoAddress;
    }
    if (IsEmptyComment(activity->second)) return NotificationReason::kRedacted;
    return NotificationReason::kNone;
  }

  absl::Status Claim(Batch& batch, absl::Time database_now, SteadyTime asked_at, bool& progress) {
    if (batch.mails.empty()) return absl::OkStatus();
    const absl::Duration validity = options_.delivery_timeout + 2 * options_.claim_margin;
    std::vector<Notification> rows;
    std::vector<bool> in_doubt;
    for (PlannedMail& mail : batch.mails) {
      in_doubt.push_back(IsInDoubt(mail.rows.front()));
      if (!in_doubt.back()) mail.lead = mail.rows.back();
      for (Notification& row : mail.rows) {
        ++row.attempts;
        if (!in_doubt.back()) row.lead_seq = mail.lead.seq;
        row.address = std::string(ContactOf(*batch.subjects.at(row.subject)).email);
        row.claimed_until = database_now + validity;
        row.due_at = row.claimed_until;
        rows.push_back(row);
      }
    }
    absl::StatusOr<bool> claimed = session_->Claim(*fence_, rows);
    if (!claimed.ok()) return claimed.status();
    if (!*claimed) {
      fence_.reset();  // overtaken, or a row was changed: both are found out from the beginning
      return absl::OkStatus();
    }
    progress = true;
    const auto complete_by = asked_at + absl::ToChronoNanoseconds(validity - options_.claim_margin);
    for (std::size_t i = 0; i < batch.mails.size(); ++i)
      Dispatch(batch, std::move(batch.mails[i]), in_doubt[i], complete_by);
    return absl::OkStatus();
  }

  void Dispatch(Batch& batch, PlannedMail planned, bool in_doubt, SteadyTime complete_by) {
    const Number number = planned.lead.subject;
    const auto mailed_to = batch.mailed_to.find(number);
    const bool is_first =
        mailed_to == batch.mailed_to.end() || mailed_to->second != planned.rows.front().address;
    ClaimedMail mail{.subject = *batch.subjects.at(number),
                     .activities = {},
                     .rows = std::move(planned.rows),
                     .lead = std::move(planned.lead),
                     .is_first = is_first,
                     .in_doubt = in_doubt,
                     .complete_by = complete_by};
    for (const Notification& row : mail.rows)
      mail.activities.push_back(std::move(batch.activities.at({number, row.seq})));
    in_flight_.insert(number);
    deliveries_.Submit(std::move(mail));
  }

  // --- What became of it ---

  absl::Status NoteAttempted() {
    std::vector<AttemptedMail> attempted;
    {
      const std::lock_guard lock(mutex_);
      attempted.swap(attempted_);
    }
    for (AttemptedMail& mail : attempted) {
      FollowMailServer(mail);
      to_note_.push_back(std::move(mail));
    }
    if (to_note_.empty() || session_ == nullptr) return absl::OkStatus();
    std::vector<Notification> rows;
    for (const AttemptedMail& mail : to_note_) AppendOutcome(mail, rows);
    absl::StatusOr<std::int64_t> noted = session_->Note(rows);
    if (!noted.ok()) return noted.status();
    if (*noted < static_cast<std::int64_t>(rows.size()))
      Report("what became of a mail was not noted: another attempt had begun, or it was redacted");
    ReportFailures(rows);
    for (const AttemptedMail& mail : to_note_) in_flight_.erase(mail.rows.front().subject);
    to_note_.clear();
    return absl::OkStatus();
  }

  // Without what the ledger has to say: it may name people.
  void ReportFailures(absl::Span<const Notification> rows) const {
    for (const Notification& row : rows) {
      if (row.state != NotificationState::kFailed) continue;
      Report("a notification of ", row.subject.ToString(),
             " has failed; the ledger says why: ", Sentence(row.reason, Language::kEnglish));
    }
  }

  void AppendOutcome(const AttemptedMail& mail, std::vector<Notification>& rows) {
    const absl::Time due = DatabaseNow() + BackoffOf(mail);
    for (Notification row : mail.rows) {
      row.detail = FrontOfText(mail.delivery.has_value() ? mail.delivery->answer : mail.problem,
                               kMaxShortText);
      if (!mail.delivery.has_value()) {
        Fail(row, NotificationReason::kUnsendable);
      } else {
        Apply(*mail.delivery, mail, due, row);
      }
      rows.push_back(std::move(row));
    }
  }

  void Apply(const Delivery& delivery, const AttemptedMail& mail, absl::Time due,
             Notification& row) const {
    switch (delivery.outcome) {
      case DeliveryOutcome::kAccepted:
        row.state = NotificationState::kSent;
        row.title = FrontOfText(mail.title, kMaxShortText);
        return Finish(row);
      case DeliveryOutcome::kRejected:
        return Fail(row, NotificationReason::kRejected);
      case DeliveryOutcome::kDeferred:
      case DeliveryOutcome::kInDoubt:
        break;
    }
    if (DatabaseNow() - row.created_at > options_.give_up_after)
      return Fail(row, NotificationReason::kGivenUp);
    row.due_at = due;
    if (!delivery.server_away) ++row.failures;
    // What may have arrived once stays the very same mail, however often it is put off since.
    if (delivery.outcome == DeliveryOutcome::kInDoubt || mail.in_doubt) {
      row.claimed_until = due;
    } else {
      row.claimed_until.reset();
      row.lead_seq.reset();
    }
  }

  void Fail(Notification& row, NotificationReason reason) const {
    row.state = NotificationState::kFailed;
    row.reason = reason;
    Finish(row);
  }

  void Finish(Notification& row) const {
    row.finished_at = options_.clock();
    row.due_at.reset();
    row.claimed_until.reset();
  }

  absl::Duration BackoffOf(const AttemptedMail& mail) {
    // Neither our end nor an outage is the mail's own fault: it is tried by the next server, or
    // when the mail server may be back.
    if (IsStopping()) return absl::ZeroDuration();
    if (mail.delivery.has_value() && mail.delivery->server_away)
      return absl::FromChrono(try_mail_at_ - SteadyNow());
    absl::Duration backoff = options_.first_backoff;
    for (std::int32_t i = 0; i < mail.rows.front().failures && backoff < options_.last_backoff; ++i)
      backoff *= 2;
    std::uniform_real_distribution<double> spread(1 - kJitter, 1 + kJitter);
    return std::min(backoff, options_.last_backoff) * spread(jitter_);
  }

  void FollowMailServer(const AttemptedMail& mail) {
    if (!mail.delivery.has_value()) return;
    if (!mail.delivery->server_away) {
      if (mail_outage_.IsOn()) Report("mails are handed over again");
      return mail_outage_.End();
    }
    // Several mails may have met the same outage.
    if (mail_outage_.IsOn() && SteadyNow() < try_mail_at_) return;
    if (!mail_outage_.IsOn()) Report("no mail can be handed over: ", mail.delivery->answer);
    try_mail_at_ = SteadyNow() + absl::ToChronoNanoseconds(mail_outage_.Next(
                                     options_.first_outage_backoff, options_.last_outage_backoff));
  }

  // As far as it is known: for what is far enough away.
  absl::Time DatabaseNow() const { return options_.clock() + database_ahead_; }

  template <typename... Parts>
  void Report(const Parts&... parts) const {
    if (options_.on_trouble) options_.on_trouble(absl::StrCat(parts...));
  }

  Store& store_;
  const NotifierOptions options_;
  const std::string owner_;

  // Of the thread:
  std::minstd_rand jitter_;
  std::unique_ptr<NotificationSession> session_;
  std::unique_ptr<Reader> reader_;
  std::optional<std::int64_t> fence_;  // while this server has the lease
  SteadyTime renewed_at_;              // when the lease was asked for last
  std::optional<FeedMark> place_;      // everything up to here is recorded
  bool is_new_epoch_ = false;          // the fingerprint there is still to be learnt
  std::int32_t page_size_ = kPage;
  bool recording_stands_still_ = false;  // as it was reported last
  Backoff outage_;                       // of the database
  Backoff mail_outage_;                  // of the mail server
  SteadyTime try_mail_at_;
  absl::Duration database_ahead_;  // of our clock
  std::vector<AttemptedMail> to_note_;
  absl::flat_hash_set<Number> in_flight_;  // until what became of it is noted

  std::mutex joining_;  // one caller at a time waits for the end of the thread
  std::mutex mutex_;    // guards all below
  std::condition_variable changed_;
  std::condition_variable ended_;
  std::vector<AttemptedMail> attempted_;
  bool woken_ = false;
  bool stopping_ = false;
  bool abandoned_ = false;  // nothing more is to be waited for
  bool has_ended_ = false;
  std::thread thread_;
  DeliveryThreads deliveries_;  // last: its threads use all above
};

absl::StatusOr<std::unique_ptr<Notifier>> Notifier::Open(Store& store, NotifierOptions options) {
  auto worker = std::make_unique<Worker>(store, std::move(options));
  if (absl::Status opened = worker->Open(); !opened.ok()) return opened;
  return std::unique_ptr<Notifier>(new Notifier(std::move(worker)));
}

Notifier::Notifier(std::unique_ptr<Worker> worker) : worker_(std::move(worker)) {}

Notifier::~Notifier() {
  Stop(absl::InfinitePast());
}

void Notifier::Begin() {
  worker_->Begin();
}

void Notifier::Wake() {
  worker_->Wake();
}

void Notifier::BeginStop() {
  worker_->BeginStop();
}

void Notifier::Stop(absl::Time deadline) {
  worker_->Stop(deadline);
}

}  // namespace ipstore::orders
