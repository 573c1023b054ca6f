#include "client/orderctl/export.h"

#include <google/protobuf/util/json_util.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <optional>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/orderctl/money_text.h"
#include "client/orderctl/reads.h"
#include "client/orderctl/words.h"

namespace ipstore::orders::client {
namespace {

constexpr char kLanguageOfThePast[] = "en";
constexpr int kPageSize = 200;
// In place of words of the past that were redacted: an entry says something.
constexpr char kRedactedText[] = "[redacted]";

// What the server computes, or the entry says elsewhere.
void RemoveDerived(v1::Order* order) {
  order->clear_name();
  order->clear_number();
  order->clear_status_text();
  order->clear_status_meaning();
  order->clear_active();
  order->clear_etag();
  order->clear_totals();
  order->clear_create_time();
  order->clear_update_time();
  order->clear_last_activity_time();
  order->clear_feedback();
  for (v1::Line& line : *order->mutable_lines()) {
    line.clear_total();
    line.clear_quantity_gathered();
  }
}

void AddImported(const v1::PastEntry& past, v1::ImportedOrder* entry) {
  v1::PastEntry* added = entry->add_past();
  *added = past;
  if (added->text().empty()) added->set_text(kRedactedText);
  if (added->actor().id().empty()) added->clear_actor();
}

// What customers are told of an activity where staff are told more; empty where they are told the
// same.
std::string ForCustomers(const v1::Activity& activity) {
  if (activity.has_check_recorded() && !activity.check_recorded().note().empty()) {
    const v1::CheckRecorded& check = activity.check_recorded();
    return absl::StrCat(LabelOf(check.check(), Language::kEnglish), ": ",
                        LabelOf(check.outcome(), Language::kEnglish));
  }
  if (!activity.has_gathering_recorded()) return "";
  return absl::StrCat(words::kGathered.In(Language::kEnglish), ": ",
                      absl::StrJoin(activity.gathering_recorded().items(), ", ",
                                    [](std::string* out, const v1::GatheredItem& item) {
                                      absl::StrAppend(out, "line ", item.line(), ": ",
                                                      item.quantity());
                                    }));
}

// The feedback is exported as such.
void AddPast(const v1::Activity& activity, v1::ImportedOrder* entry) {
  if (activity.kind() == v1::ACTIVITY_KIND_FEEDBACK_SUBMITTED) return;
  if (activity.has_order_imported()) {
    const v1::OrderImported& imported = activity.order_imported();
    for (const v1::PastEntry& past : imported.past()) AddImported(past, entry);
    if (imported.has_receive_time()) *entry->mutable_receive_time() = imported.receive_time();
    return;
  }
  auto* past = entry->add_past();
  *past->mutable_time() = activity.occur_time();
  past->set_text(activity.text());
  past->set_visibility(activity.visibility());
  *past->mutable_actor() = activity.has_on_behalf_of() ? activity.on_behalf_of() : activity.actor();
  const std::string for_customers = ForCustomers(activity);
  if (for_customers.empty()) return;
  v1::PastEntry* shown = entry->add_past();
  *shown = *past;
  shown->set_text(for_customers);
  past->set_visibility(v1::VISIBILITY_INTERNAL);
}

std::string AsLine(const v1::ImportedOrder& entry) {
  std::string line;
  // Printing fails only for messages with values that are out of their range, which the server does
  // not send.
  static_cast<void>(google::protobuf::util::MessageToJsonString(entry, &line));
  return line + "\n";
}

Error FileError(const std::string& file, const std::string& why) {
  return {.code = grpc::StatusCode::INTERNAL,
          .reason = "OUTPUT",
          .message = absl::StrCat(file, " cannot be written: ", why)};
}

// Where the lines go: into a text, or into a file beside the one that it becomes when it is whole.
class Output {
 public:
  explicit Output(std::string file) : file_(std::move(file)) {
    if (file_ == "-") file_.clear();
  }

  ~Output() {
    std::error_code gone;
    if (!file_.empty()) std::filesystem::remove(Part(), gone);
  }

  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;

  std::optional<Error> Open() {
    if (file_.empty()) return std::nullopt;
    stream_.open(Part(), std::ios::binary | std::ios::trunc);
    return Check();
  }

  std::optional<Error> Write(const std::string& line) {
    ++count_;
    if (file_.empty()) {
      text_ += line;
      return std::nullopt;
    }
    stream_ << line;
    return Check();
  }

  // What to print.
  Result<std::string> Close(Language language) {
    if (file_.empty()) return text_;
    stream_.close();
    if (const std::optional<Error> error = Check()) return *error;
    std::error_code failed;
    std::filesystem::rename(Part(), file_, failed);
    if (failed) return FileError(file_, failed.message());
    return absl::StrCat(words::kExported.In(language), ": ", FormatCount(count_, language), "\n");
  }

 private:
  std::string Part() const { return absl::StrCat(file_, ".part"); }

  std::optional<Error> Check() const {
    if (stream_.good()) return std::nullopt;
    return FileError(file_, std::strerror(errno));
  }

  std::string file_;
  std::string text_;
  std::ofstream stream_;
  std::int64_t count_ = 0;
};

}  // namespace

v1::ImportedOrder AsImported(const v1::Order& order, const std::vector<v1::Activity>& activities) {
  v1::ImportedOrder entry;
  entry.set_number(order.number());
  *entry.mutable_order() = order;
  RemoveDerived(entry.mutable_order());
  *entry.mutable_create_time() = order.create_time();
  *entry.mutable_update_time() = order.update_time();
  if (order.has_feedback()) *entry.mutable_feedback() = order.feedback();
  for (const v1::Activity& activity : activities) AddPast(activity, &entry);
  return entry;
}

Result<std::string> ExportOrders(const Session& session, ExportJob job) {
  const OrdersClient client = session.client.In(kLanguageOfThePast);
  Output output(std::move(job.file));
  if (const std::optional<Error> error = output.Open()) return *error;
  job.orders.set_page_size(kPageSize);
  do {
    const Result<v1::ListOrdersResponse> page = client.ListOrders(job.orders);
    if (!page.ok()) return page.error();
    for (const v1::Order& order : page.value().orders()) {
      const Result<std::vector<v1::Activity>> activities = AllActivities(client, order.name());
      if (!activities.ok()) return activities.error();
      if (const auto error = output.Write(AsLine(AsImported(order, activities.value()))))
        return *error;
    }
    job.orders.set_page_token(page.value().next_page_token());
  } while (!job.orders.page_token().empty());
  return output.Close(session.reader.language);
}

}  // namespace ipstore::orders::client
