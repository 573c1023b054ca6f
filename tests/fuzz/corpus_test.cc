// Runs the fuzzer's function over the messages of the tests, and over what is made of them in ways
// that are the same each time.
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include "gtest/gtest.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

void RunOn(const std::string& message) {
  LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(message.data()), message.size());
}

std::vector<std::string> Corpus() {
  std::vector<std::string> messages;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(MAIL_DATA)) {
    if (entry.path().extension() != ".eml") continue;
    std::ifstream file(entry.path(), std::ios::binary);
    messages.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  }
  return messages;
}

// Below `limit`.
std::size_t Any(std::minstd_rand& random, std::size_t limit) {
  return limit == 0 ? 0 : random() % limit;
}

// With some bytes replaced, and a piece of it moved.
std::string Changed(std::string message, std::minstd_rand& random) {
  for (int i = 0; i < 8 && !message.empty(); ++i) {
    message[Any(random, message.size())] = static_cast<char>(random());
  }
  const std::size_t begin = Any(random, message.size());
  const std::string piece = message.substr(begin, Any(random, 200));
  message.erase(begin, piece.size() / 2);
  return message.insert(Any(random, message.size()), piece);
}

TEST(IncomingEmailCorpus, KeepsThePromisesOfReadEmail) {
  const std::vector<std::string> corpus = Corpus();
  ASSERT_GE(corpus.size(), 50U);
  for (const std::string& message : corpus) RunOn(message);
}

TEST(IncomingEmailCorpus, KeepsThemWhereverAMessageBreaksOff) {
  for (const std::string& message : Corpus()) {
    for (std::size_t i = 0; i < 20; ++i) RunOn(message.substr(0, message.size() * i / 20));
  }
}

TEST(IncomingEmailCorpus, KeepsThemWhateverBecomesOfAMessage) {
  std::minstd_rand random(20261123);
  for (const std::string& message : Corpus()) {
    for (int i = 0; i < 20; ++i) RunOn(Changed(message, random));
  }
}

}  // namespace
