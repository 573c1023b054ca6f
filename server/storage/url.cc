#include "server/storage/url.h"

#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"

namespace ipstore::orders {
namespace {

constexpr absl::string_view kSqlitePrefix = "sqlite:";
constexpr absl::string_view kMySqlPrefix = "mysql://";
constexpr absl::string_view kForms =
    "; a database url is sqlite:PATH or "
    "mysql://USER[:PASSWORD]@HOST[:PORT]/DATABASE[?tls=off|required|verify]";

absl::Status Wrong(absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat(what, kForms));
}

// The text with its %XX decoded; nothing when one of them is broken.
std::optional<std::string> PercentDecoded(absl::string_view text) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      decoded.push_back(text[i]);
      continue;
    }
    if (i + 2 >= text.size() || !absl::ascii_isxdigit(static_cast<unsigned char>(text[i + 1])) ||
        !absl::ascii_isxdigit(static_cast<unsigned char>(text[i + 2]))) {
      return std::nullopt;
    }
    decoded.append(absl::HexStringToBytes(text.substr(i + 1, 2)));
    i += 2;
  }
  return decoded;
}

// Takes what stands before `separator` off `text`; all of it where there is none.
absl::string_view TakeUntil(absl::string_view& text, char separator) {
  const std::size_t end = text.find(separator);
  const absl::string_view taken = text.substr(0, end);
  text.remove_prefix(end == absl::string_view::npos ? text.size() : end + 1);
  return taken;
}

bool IsLoopback(absl::string_view host) {
  return host == "localhost" || host == "::1" || absl::StartsWith(host, "127.");
}

absl::Status Decode(absl::string_view part, absl::string_view name, std::string& value) {
  std::optional<std::string> decoded = PercentDecoded(part);
  if (!decoded.has_value())
    return Wrong(absl::StrCat("the ", name, " has a '%' that is not followed by two hex digits"));
  value = *std::move(decoded);
  return absl::OkStatus();
}

absl::Status ParseUser(absl::string_view user_and_password, DatabaseUrl& url) {
  const absl::string_view user = TakeUntil(user_and_password, ':');
  if (user.empty()) return Wrong("the database url names no user");
  if (absl::Status status = Decode(user, "user", url.user); !status.ok()) return status;
  return Decode(user_and_password, "password", url.password);
}

absl::Status ParsePort(absl::string_view text, DatabaseUrl& url) {
  if (text.empty()) return absl::OkStatus();
  if (!absl::SimpleAtoi(text, &url.port) || url.port < 1 || url.port > 65535) {
    return Wrong("the port of the database url is not a number from 1 to 65535");
  }
  return absl::OkStatus();
}

absl::Status ParseHost(absl::string_view host_and_port, DatabaseUrl& url) {
  if (absl::StartsWith(host_and_port, "[")) {
    host_and_port.remove_prefix(1);
    if (!absl::StrContains(host_and_port, ']'))
      return Wrong("the host of the database url has no closing bracket");
    url.host = std::string(TakeUntil(host_and_port, ']'));
    if (!host_and_port.empty() && !TakeUntil(host_and_port, ':').empty()) {
      return Wrong("something follows the bracket in the database url's host");
    }
  } else if (absl::Status status = Decode(TakeUntil(host_and_port, ':'), "host", url.host);
             !status.ok()) {
    return status;
  }
  if (url.host.empty()) return Wrong("the database url names no host");
  return ParsePort(host_and_port, url);
}

absl::Status ParseTls(absl::string_view value, DatabaseUrl& url) {
  if (value == "off") {
    url.tls = DatabaseUrl::Tls::kOff;
  } else if (value == "required") {
    url.tls = DatabaseUrl::Tls::kRequired;
  } else if (value == "verify") {
    url.tls = DatabaseUrl::Tls::kVerify;
  } else {
    return Wrong("tls in the database url is none of off, required, verify");
  }
  return absl::OkStatus();
}

// A misspelt option must not leave a connection in plain text, so unknown ones are errors.
absl::Status ParseOptions(absl::string_view options, DatabaseUrl& url) {
  for (absl::string_view option : absl::StrSplit(options, '&', absl::SkipEmpty())) {
    const absl::string_view name = TakeUntil(option, '=');
    absl::Status status;
    if (name == "tls") {
      status = ParseTls(option, url);
    } else if (name == "tls_ca") {
      status = Decode(option, "tls_ca", url.tls_ca);
    } else {
      status = Wrong("the database url has an option that is not known; there are tls and tls_ca");
    }
    if (!status.ok()) return status;
  }
  if (!url.tls_ca.empty() && url.tls != DatabaseUrl::Tls::kVerify) {
    return Wrong("tls_ca is of use with tls=verify only");
  }
  return absl::OkStatus();
}

absl::StatusOr<DatabaseUrl> ParseMySql(absl::string_view rest) {
  DatabaseUrl url{.scheme = DatabaseUrl::Scheme::kMySql};
  absl::string_view authority = TakeUntil(rest, '/');
  absl::string_view options = rest;
  const absl::string_view database = TakeUntil(options, '?');
  if (!absl::StrContains(authority, '@')) return Wrong("the database url names no user");
  if (absl::Status status = ParseUser(TakeUntil(authority, '@'), url); !status.ok()) return status;
  if (absl::Status status = ParseHost(authority, url); !status.ok()) return status;
  if (database.empty()) return Wrong("the database url names no database");
  if (absl::Status status = Decode(database, "database", url.database); !status.ok()) return status;
  url.tls = IsLoopback(url.host) ? DatabaseUrl::Tls::kOff : DatabaseUrl::Tls::kRequired;
  if (absl::Status status = ParseOptions(options, url); !status.ok()) return status;
  return url;
}

}  // namespace

absl::StatusOr<DatabaseUrl> ParseDatabaseUrl(absl::string_view url) {
  if (absl::StartsWith(url, kSqlitePrefix)) {
    DatabaseUrl sqlite{.scheme = DatabaseUrl::Scheme::kSqlite};
    url.remove_prefix(kSqlitePrefix.size());
    // "sqlite:///x" is how others write it.
    if (absl::StartsWith(url, "///")) url.remove_prefix(2);
    if (url.empty() || absl::EndsWith(url, "/")) return Wrong("the database url names no file");
    if (absl::Status status = Decode(url, "path", sqlite.path); !status.ok()) return status;
    return sqlite;
  }
  if (absl::StartsWith(url, kMySqlPrefix)) return ParseMySql(url.substr(kMySqlPrefix.size()));
  return Wrong("the database url begins neither with sqlite: nor with mysql://");
}

std::string RedactedUrl(absl::string_view url) {
  const absl::StatusOr<DatabaseUrl> parsed = ParseDatabaseUrl(url);
  if (!parsed.ok()) return "(not a database url)";
  if (parsed->scheme == DatabaseUrl::Scheme::kSqlite)
    return absl::StrCat(kSqlitePrefix, parsed->path);
  const bool brackets = absl::StrContains(parsed->host, ':');
  return absl::StrCat(kMySqlPrefix, parsed->user, "@", brackets ? "[" : "", parsed->host,
                      brackets ? "]" : "", ":", parsed->port, "/", parsed->database);
}

}  // namespace ipstore::orders
