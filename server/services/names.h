// Subjects as callers name them.
#ifndef IPSTORE_ORDERS_SERVER_SERVICES_NAMES_H_
#define IPSTORE_ORDERS_SERVER_SERVICES_NAMES_H_

#include <string>

#include "domain/number.h"
#include "domain/subject.h"

namespace ipstore::orders {

struct SubjectName {
  SubjectKind kind = SubjectKind::kOrder;
  Number number;
  std::string text;  // as the caller gave it, for refusals
};

}  // namespace ipstore::orders

#endif  // IPSTORE_ORDERS_SERVER_SERVICES_NAMES_H_
