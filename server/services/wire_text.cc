#include "server/services/wire_text.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/unknown_field_set.h>

#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "domain/validate.h"

namespace ipstore::orders {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::UnknownField;
using google::protobuf::UnknownFieldSet;

constexpr char kPlaceholder[] = "?";

void Repair(const Descriptor& type, UnknownFieldSet& fields, const std::string& prefix,
            std::vector<std::string>& found);

void RepairField(const FieldDescriptor& field, std::string& value, const std::string& path,
                 std::vector<std::string>& found) {
  if (field.type() == FieldDescriptor::TYPE_STRING && !IsUtf8(value)) {
    found.push_back(path);
    value = kPlaceholder;
  }
  if (field.type() != FieldDescriptor::TYPE_MESSAGE) return;
  UnknownFieldSet nested;
  if (!nested.ParseFromString(value)) return;
  Repair(*field.message_type(), nested, path + ".", found);
  nested.SerializeToString(&value);
}

// Read as unknown fields, since those keep strings as they came.
void Repair(const Descriptor& type, UnknownFieldSet& fields, const std::string& prefix,
            std::vector<std::string>& found) {
  std::map<int, int> index_of;  // how many values of a repeated field came before
  for (int i = 0; i < fields.field_count(); ++i) {
    UnknownField* value = fields.mutable_field(i);
    const FieldDescriptor* field = type.FindFieldByNumber(value->number());
    if (field == nullptr || value->type() != UnknownField::TYPE_LENGTH_DELIMITED) continue;
    std::string path = absl::StrCat(prefix, field->name());
    if (field->is_repeated()) absl::StrAppend(&path, "[", index_of[value->number()]++, "]");
    RepairField(*field, *value->mutable_length_delimited(), path, found);
  }
}

}  // namespace

RepairedText RepairText(const Descriptor& type, absl::string_view bytes) {
  RepairedText repaired;
  UnknownFieldSet fields;
  if (!fields.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return repaired;
  Repair(type, fields, "", repaired.fields);
  fields.SerializeToString(&repaired.bytes);
  return repaired;
}

}  // namespace ipstore::orders
