// The queue of the committers, who take turns.
#include "server/write/turn_queue.h"

#include <chrono>
#include <future>
#include <memory>
#include <thread>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace ipstore::orders {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using Queue = TurnQueue<int>;

constexpr auto kForEver = std::chrono::hours(1);

void Push(Queue& queue, int item) {
  ASSERT_TRUE(queue.TryPush(item));
}

std::future<Queue::Batch> TakeInBackground(Queue& queue) {
  return std::async(std::launch::async, [&queue] { return queue.TakeBatch(10); });
}

bool IsReady(const std::future<Queue::Batch>& taken) {
  return taken.wait_for(std::chrono::milliseconds(20)) == std::future_status::ready;
}

TEST(TurnQueue, GivesTheOldestFirstAndNoMoreThanIsAskedFor) {
  Queue queue(10, kForEver);
  for (int i = 1; i <= 5; ++i) Push(queue, i);
  const Queue::Batch first = queue.TakeBatch(2);
  EXPECT_THAT(first.items, ElementsAre(1, 2));
  queue.PassOn(first.turn);
  EXPECT_THAT(queue.TakeBatch(10).items, ElementsAre(3, 4, 5));
}

TEST(TurnQueue, TheNextBatchIsWhatHasGatheredWhenTheTurnIsPassedOn) {
  Queue queue(10, kForEver);
  Push(queue, 1);
  const Queue::Batch first = queue.TakeBatch(10);
  std::future<Queue::Batch> second = TakeInBackground(queue);
  Push(queue, 2);
  EXPECT_FALSE(IsReady(second));
  Push(queue, 3);
  queue.PassOn(first.turn);
  EXPECT_THAT(second.get().items, ElementsAre(2, 3));
}

TEST(TurnQueue, ATurnThatLastsTooLongIsOver) {
  Queue queue(10, std::chrono::milliseconds(1));
  Push(queue, 1);
  const Queue::Batch first = queue.TakeBatch(10);
  std::future<Queue::Batch> second = TakeInBackground(queue);
  Push(queue, 2);
  EXPECT_THAT(second.get().items, ElementsAre(2));
}

TEST(TurnQueue, WhoseTurnIsOverCannotPassOnThatOfAnother) {
  Queue queue(10, std::chrono::milliseconds(300));
  Push(queue, 1);
  const Queue::Batch first = queue.TakeBatch(10);
  Push(queue, 2);
  const Queue::Batch second = queue.TakeBatch(10);  // when the first one's time is up
  std::future<Queue::Batch> third = TakeInBackground(queue);
  Push(queue, 3);
  queue.PassOn(first.turn);
  EXPECT_FALSE(IsReady(third));
  queue.PassOn(second.turn);
  queue.PassOn(second.turn);
  EXPECT_THAT(third.get().items, ElementsAre(3));
}

TEST(TurnQueue, AFullOrClosedQueueRefusesAndLeavesTheItem) {
  TurnQueue<std::unique_ptr<int>> queue(1, kForEver);
  auto item = std::make_unique<int>(1);
  ASSERT_TRUE(queue.TryPush(item));
  auto refused = std::make_unique<int>(7);
  EXPECT_FALSE(queue.TryPush(refused));
  ASSERT_NE(refused, nullptr);
  EXPECT_EQ(queue.TakeBatch(1).items.size(), 1U);
  queue.Close();
  EXPECT_FALSE(queue.TryPush(refused));
  EXPECT_NE(refused, nullptr);
}

TEST(TurnQueue, WhatWaitsIsStillTakenAfterTheEnd) {
  Queue queue(10, kForEver);
  Push(queue, 1);
  const Queue::Batch first = queue.TakeBatch(10);
  Push(queue, 2);
  std::future<Queue::Batch> second = TakeInBackground(queue);
  queue.Close();
  queue.PassOn(first.turn);
  EXPECT_THAT(second.get().items, ElementsAre(2));
  EXPECT_THAT(queue.TakeBatch(10).items, IsEmpty());
}

TEST(TurnQueue, AllWhoWaitAreToldOfTheEnd) {
  Queue queue(10, kForEver);
  std::vector<std::future<Queue::Batch>> takers;
  for (int i = 0; i < 3; ++i) takers.push_back(TakeInBackground(queue));
  queue.Close();
  for (auto& taker : takers) EXPECT_THAT(taker.get().items, IsEmpty());
}

TEST(TurnQueue, ManyWhoPushAndSeveralWhoTakeLoseNothing) {
  constexpr int kPushers = 4;
  constexpr int kEach = 2000;
  Queue queue(100, std::chrono::microseconds(50));
  std::vector<std::future<int>> takers;
  for (int i = 0; i < 3; ++i) {
    takers.push_back(std::async(std::launch::async, [&queue] {
      int sum = 0;
      while (true) {
        const Queue::Batch batch = queue.TakeBatch(16);
        if (batch.items.empty()) return sum;
        queue.PassOn(batch.turn);
        for (const int item : batch.items) sum += item;
      }
    }));
  }
  std::vector<std::thread> pushers;
  for (int i = 0; i < kPushers; ++i) {
    pushers.emplace_back([&queue] {
      for (int pushed = 0; pushed < kEach;) {
        int one = 1;
        if (queue.TryPush(one)) {
          ++pushed;
        } else {
          std::this_thread::yield();
        }
      }
    });
  }
  for (std::thread& pusher : pushers) pusher.join();
  queue.Close();
  int sum = 0;
  for (auto& taker : takers) sum += taker.get();
  EXPECT_EQ(sum, kPushers * kEach);
}

}  // namespace
}  // namespace ipstore::orders
