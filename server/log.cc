#include "server/log.h"

#include <google/protobuf/stubs/logging.h>
#include <grpc/support/log.h>
#include <spdlog/formatter.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <chrono>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace ipstore::orders {
namespace {

// One JSON object a line. A pattern would not do: it does not escape.
class JsonFormatter final : public spdlog::formatter {
 public:
  void format(const spdlog::details::log_msg& message, spdlog::memory_buf_t& to) override {
    const nlohmann::json line = {
        {"time",
         absl::FormatTime(absl::RFC3339_full, absl::FromChrono(message.time), absl::UTCTimeZone())},
        {"level", std::string(spdlog::level::to_string_view(message.level).data())},
        {"message", std::string(message.payload.data(), message.payload.size())}};
    const std::string text =
        line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
    to.append(text.data(), text.data() + text.size());
  }

  std::unique_ptr<spdlog::formatter> clone() const override {
    return std::make_unique<JsonFormatter>();
  }
};

void Write(spdlog::level::level_enum level, absl::string_view line) {
  spdlog::log(level, "{}", spdlog::string_view_t(line.data(), line.size()));
}

// The libraries write to stderr past our log. What they say is of callers' messages and
// connections, which are answered to the callers, or is reported by us in our own words; so it is
// for debugging only.
void WriteForProtobuf(google::protobuf::LogLevel level, const char* /*file*/, int /*line*/,
                      const std::string& message) {
  const bool fatal = level == google::protobuf::LOGLEVEL_FATAL;
  Write(fatal ? spdlog::level::err : spdlog::level::debug, message);
}

void WriteForGrpc(gpr_log_func_args* said) {
  Write(spdlog::level::debug, said->message);
}

}  // namespace

void StartLog(const std::string& level, bool json) {
  auto logger = spdlog::stderr_color_mt("orderd");
  if (json) {
    logger->set_formatter(std::make_unique<JsonFormatter>());
  } else {
    logger->set_pattern("%Y-%m-%d %H:%M:%S.%e %^%l%$ %v");
  }
  logger->set_level(spdlog::level::from_str(level == "warn" ? "warning" : level));
  spdlog::set_default_logger(logger);
  google::protobuf::SetLogHandler(WriteForProtobuf);
  gpr_set_log_function(WriteForGrpc);
}

void LogInfo(absl::string_view line) {
  Write(spdlog::level::info, line);
}
void LogWarning(absl::string_view line) {
  Write(spdlog::level::warn, line);
}
void LogError(absl::string_view line) {
  Write(spdlog::level::err, line);
}

}  // namespace ipstore::orders
