// What a store remembers of subjects: how much, and that it is believed only as long as the
// database says the same.
#include "server/storage/subject_cache.h"

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/storage/open.h"
#include "tests/storage/conformance.h"

namespace ipstore::orders::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Key;
using testing::Pair;
using testing::Pointee;
using testing::UnorderedElementsAre;

constexpr std::int64_t kSerial = Number::kFirstSerial;

SubjectPointer OrderOf(std::int64_t serial) {
  return std::make_shared<const SubjectState>(PlacedOrder(serial).order());
}
Number NumberOf(const SubjectPointer& subject) {
  return HeadOf(*subject).number;
}

TEST(SubjectCache, FindsWhatWasPutLast) {
  SubjectCache cache(1 << 20);
  const SubjectPointer one = OrderOf(kSerial);
  const SubjectPointer other = OrderOf(kSerial + 1);
  cache.Put({one, other});
  const SubjectPointer changed =
      std::make_shared<const SubjectState>(StartProcessing(std::get<Order>(*one)).after);
  cache.Put({changed});
  EXPECT_THAT(cache.Find({NumberOf(one), NumberOf(other), Number::FromSerial(kSerial + 2)}),
              UnorderedElementsAre(Pair(NumberOf(one), changed), Pair(NumberOf(other), other)));
}

TEST(SubjectCache, WhatWasUsedLongestAgoMakesRoom) {
  constexpr int kCount = 1000;
  SubjectCache cache(100 << 10);
  const SubjectPointer first = OrderOf(kSerial);
  cache.Put({first});
  int kept = 0;
  std::vector<Number> numbers;
  for (int i = 1; i < kCount; ++i) {
    const SubjectPointer next = OrderOf(kSerial + i);
    numbers.push_back(NumberOf(next));
    cache.Put({next});
    EXPECT_THAT(cache.Find({NumberOf(first)}), ElementsAre(Key(NumberOf(first))))
        << "it is used all the time";
  }
  for (auto number = numbers.rbegin(); number != numbers.rend(); ++number) {
    if (cache.Find({*number}).empty()) break;
    ++kept;
  }
  EXPECT_GT(kept, 10);
  EXPECT_LT(kept, 50) << "an order takes more than two KiB";
  EXPECT_THAT(cache.Find(numbers), testing::SizeIs(kept)) << "the newest ones";
}

TEST(SubjectCache, WhatIsRemovedIsGone) {
  SubjectCache cache(1 << 20);
  const SubjectPointer one = OrderOf(kSerial);
  const SubjectPointer other = OrderOf(kSerial + 1);
  cache.Put({one, other});
  cache.Remove(NumberOf(one));
  cache.Remove(NumberOf(one));
  EXPECT_THAT(cache.Find({NumberOf(one), NumberOf(other)}), ElementsAre(Key(NumberOf(other))));
  EXPECT_EQ(one.use_count(), 1) << "nothing of it is held";
}

TEST(SubjectCache, WithoutRoomItStaysEmpty) {
  SubjectCache cache(0);
  const SubjectPointer order = OrderOf(kSerial);
  cache.Put({order});
  EXPECT_THAT(cache.Find({NumberOf(order)}), IsEmpty());
}

Loaded LoadAndRollBack(WriteSession& writer, const LoadRequest& request) {
  EXPECT_THAT(writer.Begin(), IsOk());
  Loaded loaded = writer.Load(request).value();
  EXPECT_THAT(writer.Rollback(), IsOk());
  return loaded;
}

// Past the store: nobody else changes a body and not its head.
void Rename(const TestDatabase& database, Number number, const std::string& name) {
  database.Execute(absl::StrCat("UPDATE orders SET customer_name = '", name,
                                "' WHERE number = ", number.value()));
}

TEST_P(CachedStore, WhatHasNotChangedIsNotReadAgain) {
  const OrderInTest order = PlacedOrder(kSerial);
  const Number number = order.order().subject.number;
  MustWrite(CreationOf(order));
  Rename(database(), number, "Somebody else");
  const auto as_written = Pointee(SubjectState(order.order()));
  EXPECT_THAT(OpenReader()->GetSubjects({number}).value(), ElementsAre(as_written));
  EXPECT_THAT(OpenReader()->GetPage(number, true, 1).value().subject, as_written);
  EXPECT_THAT(LoadAndRollBack(*OpenWriter(), {.subjects = {number}}).subjects,
              ElementsAre(Pair(number, as_written)));
}

// As after a restore of the database, where the count of activities may be the same again.
TEST_P(CachedStore, WhatHasAnotherLastActivityIsReadAnew) {
  std::int64_t serial = kSerial;
  for (const char* change : {"last_activity_at = created_at", "last_seq = last_seq + 1"}) {
    const OrderInTest order = PlacedOrder(serial++);
    const Number number = order.order().subject.number;
    Change creation = CreationOf(order);
    creation.after.subject.last_activity_at += absl::Seconds(1);
    MustWrite(creation);
    Rename(database(), number, "Somebody else");
    const auto read = [&] {
      return std::get<Order>(*OpenReader()->GetSubjects({number})->front());
    };
    ASSERT_EQ(read().content.customer.name, order.order().content.customer.name);
    database().Execute(
        absl::StrCat("UPDATE subjects SET ", change, " WHERE number = ", number.value()));
    const Loaded loaded = LoadAndRollBack(*OpenWriter(), {.subjects = {number}});
    EXPECT_EQ(std::get<Order>(*loaded.subjects.at(number)).content.customer.name, "Somebody else")
        << change;
    EXPECT_EQ(read().content.customer.name, "Somebody else") << change;
  }
}

TEST_P(CachedStore, WhatIsRememberedWronglyIsNotWritten) {
  std::int64_t serial = kSerial;
  for (const auto& [change, others] :
       {std::pair("last_activity_at = created_at", 0), std::pair("last_seq = last_seq + 1", 0),
        std::pair("last_activity_at = created_at", 3), std::pair("last_seq = last_seq + 1", 3)}) {
    Change creation = CreationOf(PlacedOrder(serial++));
    creation.after.subject.last_activity_at += absl::Seconds(1);
    MustWrite(creation);
    const Number number = creation.after.subject.number;
    // Of one row, and of several, which are written otherwise.
    std::vector<Change> step = {StartProcessing(creation.after)};
    for (int i = 0; i < others; ++i) {
      const OrderInTest other = PlacedOrder(serial++);
      MustWrite(CreationOf(other));
      step.push_back(StartProcessing(other.order()));
    }
    LoadRequest request = RequestFor(step);
    request.optimistic = true;
    auto writer = OpenWriter();
    database().Execute(
        absl::StrCat("UPDATE subjects SET ", change, " WHERE number = ", number.value()));
    ASSERT_THAT(writer->Begin(), IsOk());
    EXPECT_EQ(*writer->Load(request)->subjects.at(number), SubjectState(creation.after))
        << "without a look";
    EXPECT_THAT(WriteRows(*writer, step), HasCode(absl::StatusCode::kAborted))
        << change << " and " << others << " others";
    ASSERT_THAT(writer->Rollback(), IsOk());

    request.optimistic = false;
    ASSERT_THAT(writer->Begin(), IsOk());
    EXPECT_TRUE(writer->Load(request)->memory_was_wrong);
    EXPECT_FALSE(writer->Load(request)->memory_was_wrong) << "it has been read anew";
    ASSERT_THAT(writer->Rollback(), IsOk());
  }
}

TEST_P(CachedStore, WhatWasRolledBackIsNotRemembered) {
  const OrderInTest order = PlacedOrder(kSerial);
  const Number number = order.order().subject.number;
  MustWrite(CreationOf(order));
  std::vector<Change> step = {StartProcessing(order.order())};
  auto writer = OpenWriter();
  ASSERT_THAT(writer->Begin(), IsOk());
  ASSERT_THAT(writer->Load(RequestFor(step)).status(), IsOk());
  ASSERT_THAT(WriteRows(*writer, step), IsOk());
  ASSERT_THAT(writer->Rollback(), IsOk());
  EXPECT_THAT(OpenReader()->GetSubjects({number}).value(),
              ElementsAre(Pointee(SubjectState(order.order()))));
  // Nor is it by a later commit of the same session.
  ASSERT_THAT(Write(*writer, CreationOf(PlacedOrder(kSerial + 1))), IsOk());
  EXPECT_THAT(OpenReader()->GetSubjects({number}).value(),
              ElementsAre(Pointee(SubjectState(order.order()))));
}

TEST_P(CachedStore, SomeThatAreKnownAndSomeThatAreNotComeTogether) {
  const OrderInTest old_order = PlacedOrder(kSerial);
  const EnquiryInTest old_enquiry(QuestionAbout(std::nullopt), kSerial + 1);
  MustWrite(CreationOf(old_order));
  {
    auto writer = OpenWriter();
    Activity activity = old_enquiry.log().front();
    const SubjectWrite write{.after = std::make_shared<const SubjectState>(old_enquiry.enquiry())};
    const ActivityWrite append{
        .activity = &activity, .unit_size = 1, .request_key = NewRequestKey()};
    ASSERT_THAT(writer->Begin(), IsOk());
    ASSERT_THAT(writer->WriteSubjects({write}), IsOk());
    ASSERT_THAT(writer->AppendActivities({append}).status(), IsOk());
    ASSERT_THAT(writer->Commit(), IsOk());
  }
  CloseStore();  // the next one has never seen them
  const OrderInTest order = PlacedOrder(kSerial + 2);
  MustWrite(CreationOf(order));

  const std::vector<Number> numbers = {
      old_order.order().subject.number, old_enquiry.enquiry().subject.number,
      order.order().subject.number, Number::FromSerial(kSerial + 77)};
  const auto all = UnorderedElementsAre(Pointee(SubjectState(old_order.order())),
                                        Pointee(SubjectState(old_enquiry.enquiry())),
                                        Pointee(SubjectState(order.order())));
  const Loaded loaded = LoadAndRollBack(*OpenWriter(), {.subjects = numbers});
  std::vector<SubjectPointer> locked;
  for (const auto& [number, subject] : loaded.subjects) locked.push_back(subject);
  EXPECT_THAT(locked, all);
  EXPECT_THAT(OpenReader()->GetSubjects(numbers).value(), all);

  CloseStore();
  MustWrite(CreationOf(PlacedOrder(kSerial + 3)));
  EXPECT_THAT(OpenReader()->GetSubjects(numbers).value(), all);
  EXPECT_THAT(OpenReader()->GetSubjects(numbers).value(), all) << "now all of them are known";
}

TEST_P(ServerConformance, WhatAnotherServerHasChangedIsSeenAtOnce) {
  const OrderInTest order = PlacedOrder(kSerial);
  const Number number = order.order().subject.number;
  MustWrite(CreationOf(order));
  const std::unique_ptr<Store> other = database().OpenStore();
  const Change step = StartProcessing(order.order());
  ASSERT_THAT(Write(*other->OpenWriteSession().value(), step), IsOk());
  const auto as_changed = Pointee(SubjectState(step.after));
  EXPECT_THAT(OpenReader()->GetSubjects({number}).value(), ElementsAre(as_changed));

  const Change comment = Comment(step.after, "Πότε θα έρθει;");
  MustWrite(comment);
  const auto as_commented = Pointee(SubjectState(comment.after));
  EXPECT_THAT(other->OpenReader().value()->GetPage(number, true, 1).value().subject, as_commented);
  EXPECT_THAT(LoadAndRollBack(*other->OpenWriteSession().value(), {.subjects = {number}}).subjects,
              ElementsAre(Pair(number, as_commented)));
}

}  // namespace
}  // namespace ipstore::orders::test
