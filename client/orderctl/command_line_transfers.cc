#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "client/orderctl/command_builder.h"
#include "client/orderctl/export.h"
#include "client/orderctl/import.h"
#include "client/orderctl/olist.h"

namespace ipstore::orders::client {
namespace {

constexpr char kGroup[] = "Take over";

constexpr char kImportDescription[] =
    "Load orders with their past from a file of JSON lines. Lines that are refused are reported "
    "and "
    "stop no other; what was loaded before is passed over, so the same file can be imported again. "
    "Ends with 0 only when nothing was refused, with 3 otherwise.";

constexpr char kExportDescription[] =
    "Write orders with their past as JSON lines that import reads; closed ones too. The past is "
    "told "
    "in English.";

std::function<LineReading(absl::string_view)> ReaderOf(const std::string& format) {
  if (format == "ipstore") return ReadExportedLine;
  const absl::TimeZone zone = Required("--format", LoadZone(kOlistZone));
  return [zone](absl::string_view line) { return ReadOlistLine(line, zone); };
}

void AddImport(CLI::App& app, Parsed& parsed) {
  struct Texts {
    std::string file;
    std::string format = "ipstore";
    bool dry_run = false;
  };
  auto texts = std::make_shared<Texts>();
  CLI::App& command = AddCommand(app, kGroup, "import", kImportDescription);
  command.add_option("FILE", texts->file, "The file; - is stdin")->required();
  command
      .add_option("--format", texts->format,
                  "ipstore, as export writes it, or olist, the Brazilian e-commerce dataset")
      ->capture_default_str()
      ->check(CLI::IsMember({"ipstore", "olist"}));
  command.add_flag("--dry-run", texts->dry_run, "Check everything and load nothing");
  command.callback([texts, &parsed] {
    auto job = std::make_shared<ImportJob>();
    job->input = Required("FILE", OpenInput(texts->file));
    job->read = ReaderOf(texts->format);
    job->dry_run = texts->dry_run;
    parsed.run = [job](const Session& session) { return ImportLines(session, *job); };
  });
}

void AddExport(CLI::App& app, Parsed& parsed) {
  auto job = std::make_shared<ExportJob>();
  job->orders.set_include_closed(true);
  CLI::App& command = AddCommand(app, kGroup, "export", kExportDescription);
  command.add_option("--output", job->file, "Write to this file instead of stdout")
      ->type_name("FILE");
  command.add_flag_callback(
      "--active", [job] { job->orders.set_include_closed(false); }, "Only active ones");
  AddStatuses(command, [job](v1::OrderStatus status) { job->orders.add_statuses(status); });
  command
      .add_option("--customer", *job->orders.mutable_customer_id(), "Only orders of this customer")
      ->type_name("ID");
  command.callback([job, &parsed] {
    parsed.run = [job](const Session& session) { return ExportOrders(session, *job); };
  });
}

}  // namespace

void AddTransfers(CLI::App& app, Parsed& parsed) {
  AddImport(app, parsed);
  AddExport(app, parsed);
}

}  // namespace ipstore::orders::client
