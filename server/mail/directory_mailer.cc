#include "server/mail/directory_mailer.h"

#include <fcntl.h>
#include <stdlib.h>  // NOLINT(modernize-deprecated-headers): POSIX has mkstemp here, <cstdlib> has not
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "server/mail/one_line.h"

namespace ipstore::orders {
namespace {

absl::Status LastError(absl::string_view what) {
  const std::error_code error(errno, std::generic_category());
  return absl::UnavailableError(absl::StrCat(what, ": ", error.message()));
}

// A file that is gone again unless it was moved to its place.
class TemporaryFile {
 public:
  explicit TemporaryFile(absl::string_view directory)
      : name_(absl::StrCat(directory, "/.delivery-XXXXXX")),
        file_(mkostemp(name_.data(), O_CLOEXEC)) {}
  ~TemporaryFile() {
    if (file_ >= 0) {
      close(file_);
      unlink(name_.c_str());
    }
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;

  absl::Status Write(absl::string_view bytes) const {
    if (file_ < 0) return LastError("no file can be made");
    while (!bytes.empty()) {
      const ssize_t written = write(file_, bytes.data(), bytes.size());
      if (written < 0 && errno != EINTR) return LastError("the file cannot be written");
      if (written > 0) bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    return fsync(file_) == 0 ? absl::OkStatus() : LastError("the file cannot be written");
  }

  absl::Status MoveTo(const std::string& name) {
    if (rename(name_.c_str(), name.c_str()) != 0) return LastError("the file cannot be named");
    close(std::exchange(file_, -1));
    return absl::OkStatus();
  }

 private:
  std::string name_;
  int file_;
};

// Puts what was renamed in it onto the disk.
absl::Status SyncDirectory(const std::string& directory) {
  const int file = open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (file < 0) return LastError("the directory cannot be read");
  absl::Status status =
      fsync(file) == 0 ? absl::OkStatus() : LastError("the directory cannot be written");
  close(file);
  return status;
}

// As a part of a file's name: no two ids have the same.
std::string SafeName(absl::string_view message_id) {
  std::string name;
  for (const char byte : message_id) {
    if (absl::ascii_isalnum(static_cast<unsigned char>(byte)) || absl::StrContains("@.-_+", byte)) {
      name.push_back(byte);
    } else {
      absl::StrAppend(&name, "%", absl::Hex(static_cast<unsigned char>(byte), absl::kZeroPad2));
    }
  }
  return name;
}

// The name of that message's file: the one that it has, or a new one.
absl::StatusOr<std::string> NameFor(absl::string_view message_id, const std::string& directory,
                                    absl::Time now) {
  const std::string time =
      absl::FormatTime("%Y%m%dT%H%M%E6SZ", now, absl::UTCTimeZone());  // 20261123T201500.123456Z
  const std::string rest = absl::StrCat("_", SafeName(message_id), ".eml");
  std::error_code error;
  for (std::filesystem::directory_iterator at(directory, error), end; !error && at != end;
       at.increment(error)) {
    std::string name = at->path().filename().string();
    if (name.size() == time.size() + rest.size() && absl::EndsWith(name, rest)) return name;
  }
  if (error)
    return absl::UnavailableError(absl::StrCat("the directory cannot be read: ", error.message()));
  return absl::StrCat(time, rest);
}

// It would be so with any message.
Delivery Deferred(absl::string_view answer) {
  return {.outcome = DeliveryOutcome::kDeferred, .server_away = true, .answer = OneLine(answer)};
}

}  // namespace

DirectoryMailer::DirectoryMailer(std::string directory, std::function<absl::Time()> now)
    : directory_(std::move(directory)), now_(std::move(now)) {}

Delivery DirectoryMailer::Deliver(const Letter& letter, const DeliveryLimits& limits) {
  const auto deadline =
      std::chrono::steady_clock::now() + absl::ToChronoNanoseconds(limits.timeout);
  const absl::StatusOr<std::string> name = NameFor(letter.message_id, directory_, now_());
  if (!name.ok()) return Deferred(name.status().message());
  TemporaryFile file(directory_);
  if (absl::Status status = file.Write(letter.bytes); !status.ok())
    return Deferred(status.message());
  if (std::chrono::steady_clock::now() >= deadline)
    return Deferred("time ran out before the file was complete");
  if (limits.may_complete && !limits.may_complete())
    return Deferred("broken off before the file was complete");
  if (absl::Status status = file.MoveTo(absl::StrCat(directory_, "/", *name)); !status.ok())
    return Deferred(status.message());
  if (absl::Status status = SyncDirectory(directory_); !status.ok())
    return Deferred(status.message());
  return {.outcome = DeliveryOutcome::kAccepted,
          .answer = OneLine(absl::StrCat("written to ", *name))};
}

}  // namespace ipstore::orders
