// The bounded queue of the write and read paths.
#include "server/write/queue.h"

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <memory>
#include <thread>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace ipstore::orders {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

void Push(BatchQueue<int>& queue, int item) {
  ASSERT_TRUE(queue.TryPush(item));
}

TEST(BatchQueue, GivesWhatWaitsAtOnceAndInOrder) {
  BatchQueue<int> queue(10);
  for (int i = 1; i <= 3; ++i) Push(queue, i);
  EXPECT_THAT(queue.TakeBatch(10), ElementsAre(1, 2, 3));
}

TEST(BatchQueue, GivesTheOldestFirstWhenMoreWaitsThanIsAskedFor) {
  BatchQueue<int> queue(10);
  for (int i = 1; i <= 5; ++i) Push(queue, i);
  EXPECT_THAT(queue.TakeBatch(2), ElementsAre(1, 2));
  Push(queue, 6);
  EXPECT_THAT(queue.TakeBatch(3), ElementsAre(3, 4, 5));
  EXPECT_THAT(queue.TakeBatch(3), ElementsAre(6));
}

TEST(BatchQueue, AFullQueueRefusesAtOnceAndLeavesTheItem) {
  BatchQueue<std::unique_ptr<int>> queue(2);
  for (int i = 0; i < 2; ++i) {
    auto item = std::make_unique<int>(i);
    ASSERT_TRUE(queue.TryPush(item));
    EXPECT_EQ(item, nullptr);
  }
  auto refused = std::make_unique<int>(7);
  EXPECT_FALSE(queue.TryPush(refused));
  ASSERT_NE(refused, nullptr);
  EXPECT_EQ(*refused, 7);
  EXPECT_EQ(queue.TakeBatch(1).size(), 1U);
  EXPECT_TRUE(queue.TryPush(refused));
}

TEST(BatchQueue, AClosedQueueRefusesAndLeavesTheItem) {
  BatchQueue<std::unique_ptr<int>> queue(2);
  queue.Close();
  auto refused = std::make_unique<int>(7);
  EXPECT_FALSE(queue.TryPush(refused));
  EXPECT_NE(refused, nullptr);
}

TEST(BatchQueue, WhatWaitedBeforeItWasClosedCanStillBeTaken) {
  BatchQueue<int> queue(10);
  for (int i = 1; i <= 3; ++i) Push(queue, i);
  queue.Close();
  EXPECT_THAT(queue.TakeBatch(2), ElementsAre(1, 2));
  EXPECT_THAT(queue.TakeBatch(2), ElementsAre(3));
  EXPECT_THAT(queue.TakeBatch(2), IsEmpty());
  EXPECT_THAT(queue.TakeBatch(2), IsEmpty());
}

TEST(BatchQueue, ATakerWaitsForTheNextItem) {
  BatchQueue<int> queue(10);
  std::vector<int> taken;
  std::thread taker([&] { taken = queue.TakeBatch(10); });
  Push(queue, 1);
  taker.join();
  EXPECT_THAT(taken, ElementsAre(1));
}

TEST(BatchQueue, ClosingWakesEveryTaker) {
  BatchQueue<int> queue(10);
  std::vector<std::thread> takers;
  for (int i = 0; i < 4; ++i) {
    takers.emplace_back([&] { EXPECT_THAT(queue.TakeBatch(10), IsEmpty()); });
  }
  queue.Close();
  for (std::thread& taker : takers) taker.join();
}

// Each item names its producer and its place there: producer * kItems + place.
constexpr int kProducers = 4;
constexpr int kItems = 5'000;

std::vector<std::thread> Produce(BatchQueue<int>& queue) {
  std::vector<std::thread> producers;
  for (int producer = 0; producer < kProducers; ++producer) {
    producers.emplace_back([&queue, producer] {
      for (int i = 0; i < kItems; ++i) {
        int item = producer * kItems + i;
        while (!queue.TryPush(item)) std::this_thread::yield();
      }
    });
  }
  return producers;
}

TEST(BatchQueue, OneTakerGetsEachProducersItemsInTheirOrder) {
  BatchQueue<int> queue(64);
  std::vector<std::thread> producers = Produce(queue);
  std::vector<int> next(kProducers, 0);
  for (int taken = 0; taken < kProducers * kItems;) {
    for (int item : queue.TakeBatch(32)) {
      ASSERT_EQ(item % kItems, next[static_cast<std::size_t>(item / kItems)]++);
      ++taken;
    }
  }
  for (std::thread& producer : producers) producer.join();
}

TEST(BatchQueue, SeveralTakersShareTheItemsAndGetEachOnce) {
  for (const std::size_t batch : {std::size_t{1}, std::size_t{7}}) {
    BatchQueue<int> queue(16);
    std::vector<std::atomic<int>> times(std::size_t{kProducers} * kItems);
    std::vector<std::thread> takers;
    for (int i = 0; i < 3; ++i) {
      takers.emplace_back([&] {
        while (true) {
          const std::vector<int> taken = queue.TakeBatch(batch);
          if (taken.empty()) return;
          EXPECT_LE(taken.size(), batch);
          for (int item : taken) ++times[static_cast<std::size_t>(item)];
        }
      });
    }
    for (std::thread& producer : Produce(queue)) producer.join();
    queue.Close();
    for (std::thread& taker : takers) taker.join();
    EXPECT_TRUE(
        std::ranges::all_of(times, [](const std::atomic<int>& count) { return count == 1; }));
  }
}

}  // namespace
}  // namespace ipstore::orders
