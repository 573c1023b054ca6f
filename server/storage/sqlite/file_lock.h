// A lock on a file that lasts as long as the process that holds it, and no longer.
#ifndef IPSTORE_ORDERS_SERVER_STORAGE_SQLITE_FILE_LOCK_H_
#define IPSTORE_ORDERS_SERVER_STORAGE_SQLITE_FILE_LOCK_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"

namespace ipstore::orders::sqlite {

// Held while the object lives; the kernel releases it when the process ends, however that happens.
class FileLock {
 public:
  // Takes the lock on `path`, which is made if it is absent and never removed: whoever removed it
  // could lock a file that the next one does not see. Does not wait. FAILED_PRECONDITION, with the
  // holder's process id, when somebody has it, in this process or another; UNAVAILABLE when the
  // file cannot be made.
  static absl::StatusOr<std::unique_ptr<FileLock>> Take(const std::string& path);

  ~FileLock();
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;

 private:
  explicit FileLock(int descriptor) : descriptor_(descriptor) {}

  int descriptor_;
};

}  // namespace ipstore::orders::sqlite

#endif  // IPSTORE_ORDERS_SERVER_STORAGE_SQLITE_FILE_LOCK_H_
