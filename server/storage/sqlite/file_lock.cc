#include "server/storage/sqlite/file_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "absl/memory/memory.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace ipstore::orders::sqlite {
namespace {

// What the holder wrote into the file: its process id.
std::string ReadHolder(int descriptor) {
  std::array<char, 32> text{};
  const ssize_t length = ::pread(descriptor, text.data(), text.size(), 0);
  if (length <= 0) return "unknown";
  return std::string(
      absl::StripAsciiWhitespace(absl::string_view(text.data(), static_cast<std::size_t>(length))));
}

// Only a courtesy to whoever meets the lock, so a failure changes nothing.
void WriteHolder(int descriptor) {
  const std::string text = absl::StrCat(::getpid(), "\n");
  if (::ftruncate(descriptor, 0) != 0) return;
  [[maybe_unused]] const ssize_t written = ::pwrite(descriptor, text.data(), text.size(), 0);
}

}  // namespace

absl::StatusOr<std::unique_ptr<FileLock>> FileLock::Take(const std::string& path) {
  const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0640);
  if (descriptor < 0) {
    return absl::UnavailableError(
        absl::StrCat("cannot open the lock file ", path, ": ", std::strerror(errno)));
  }
  auto lock = absl::WrapUnique(new FileLock(descriptor));
  if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) {
      return absl::UnavailableError(absl::StrCat("cannot lock ", path, ": ", std::strerror(errno)));
    }
    return absl::FailedPreconditionError(
        absl::StrCat("another orderd (process ", ReadHolder(descriptor), ") holds ", path,
                     ": one SQLite file serves one orderd. Stop the other one, give this one a "
                     "file of its own, or "
                     "use MySQL or MariaDB, which serve several"));
  }
  WriteHolder(descriptor);
  return lock;
}

FileLock::~FileLock() {
  ::close(descriptor_);
}

}  // namespace ipstore::orders::sqlite
