#include "domain/command.h"

namespace ipstore::orders {

absl::string_view Name(Right right) {
  switch (right) {
    case Right::kRedact:
      return "redact";
  }
  return "";
}

}  // namespace ipstore::orders
