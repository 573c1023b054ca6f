# Everything from outside, as Debian 12 packages it, and as targets:
#
#   absl::*  Threads::Threads
#   SQLite::SQLite3  SQLiteCpp  MySQL::ConnectorCpp
#   nlohmann_json::nlohmann_json  xxHash::xxhash  OpenSSL::Crypto  ICU::uc ICU::i18n
#   jemalloc::jemalloc
#   spdlog::spdlog  CLI11::CLI11  kainjow::mustache
#   PkgConfig::GMIME  LibXml2::LibXml2  RE2::re2  CURL::libcurl
#   gRPC::grpc++  gRPC::grpc++_reflection  protobuf::libprotobuf         not in a tsan build
#   GTest::gtest  GTest::gmock  rapidcheck  benchmark::benchmark         with the tests
#
# Never link gRPC's grpc++_error_details: it carries its own copy of google.rpc.Status, which protos/ compiles too.

# Finds a package or ends with the name of what to install.
#   ipstore_require(<package> <debian package> [further arguments of find_package])
macro(ipstore_require package debian_package)
  find_package(${package} QUIET ${ARGN})
  if(NOT ${package}_FOUND)
    message(FATAL_ERROR "${package} was not found. `./dev install` installs all that the build needs; "
      "this one comes with the Debian package ${debian_package}.")
  endif()
endmacro()

# The same for a library that brings no CMake package: makes an imported target of a header and a library file.
function(ipstore_require_library target debian_package header library)
  string(MAKE_C_IDENTIFIER "${target}" id)
  find_path(${id}_INCLUDE_DIR ${header})
  find_library(${id}_LIBRARY ${library})
  mark_as_advanced(${id}_INCLUDE_DIR ${id}_LIBRARY)
  if(NOT ${id}_INCLUDE_DIR OR NOT ${id}_LIBRARY)
    message(FATAL_ERROR "${target} was not found. `./dev install` installs all that the build needs; "
      "this one comes with the Debian package ${debian_package}.")
  endif()
  add_library(${target} UNKNOWN IMPORTED GLOBAL)
  set_target_properties(${target} PROPERTIES
    IMPORTED_LOCATION ${${id}_LIBRARY}
    INTERFACE_INCLUDE_DIRECTORIES ${${id}_INCLUDE_DIR})
endfunction()

# The same for a library that is headers only.
function(ipstore_require_headers target debian_package header)
  string(MAKE_C_IDENTIFIER "${target}" id)
  find_path(${id}_INCLUDE_DIR ${header})
  mark_as_advanced(${id}_INCLUDE_DIR)
  if(NOT ${id}_INCLUDE_DIR)
    message(FATAL_ERROR "${target} was not found. `./dev install` installs all that the build needs; "
      "this one comes with the Debian package ${debian_package}.")
  endif()
  add_library(${target} INTERFACE IMPORTED GLOBAL)
  set_target_properties(${target} PROPERTIES INTERFACE_INCLUDE_DIRECTORIES ${${id}_INCLUDE_DIR})
endfunction()

# The same for a library that brings a pkg-config module: makes the target PkgConfig::<name>.
function(ipstore_require_module name debian_package module)
  pkg_check_modules(${name} QUIET IMPORTED_TARGET GLOBAL ${module})
  if(NOT ${name}_FOUND)
    message(FATAL_ERROR "${module} was not found. `./dev install` installs all that the build needs; "
      "this one comes with the Debian package ${debian_package}.")
  endif()
endfunction()

set(THREADS_PREFER_PTHREAD_FLAG ON)
find_package(Threads REQUIRED)

ipstore_require(absl libabsl-dev CONFIG)

ipstore_require(SQLite3 libsqlite3-dev)
ipstore_require(SQLiteCpp libsqlitecpp-dev CONFIG)
ipstore_require_library(MySQL::ConnectorCpp libmysqlcppconn-dev cppconn/driver.h mysqlcppconn)

ipstore_require(nlohmann_json nlohmann-json3-dev CONFIG)
ipstore_require_library(xxHash::xxhash libxxhash-dev xxhash.h xxhash)
ipstore_require_library(jemalloc::jemalloc libjemalloc-dev jemalloc/jemalloc.h jemalloc)
ipstore_require(OpenSSL libssl-dev COMPONENTS Crypto SSL)
ipstore_require(ICU libicu-dev COMPONENTS uc i18n data)
ipstore_require(spdlog libspdlog-dev CONFIG)
ipstore_require(CLI11 libcli11-dev CONFIG)
ipstore_require_headers(kainjow::mustache libkainjow-mustache-dev kainjow/mustache.hpp)

# E-mail. GMime is known to pkg-config only.
ipstore_require(PkgConfig pkgconf)
ipstore_require_module(GMIME libgmime-3.0-dev gmime-3.0)
ipstore_require(LibXml2 libxml2-dev)
ipstore_require(CURL libcurl4-openssl-dev)
ipstore_require_library(RE2::re2 libre2-dev re2/re2.h re2)

if(NOT IPSTORE_TSAN)
  ipstore_require(Protobuf libprotobuf-dev MODULE)
  ipstore_require(gRPC libgrpc++-dev CONFIG)
endif()

# Debian's interpreter by its path: it is the one that sees Debian's grpcio, whatever stands first in PATH.
find_program(IPSTORE_PYTHON python3 PATHS /usr/bin NO_DEFAULT_PATH)
if(NOT IPSTORE_PYTHON)
  message(FATAL_ERROR "/usr/bin/python3 was not found. It comes with the Debian package python3.")
endif()

if(IPSTORE_BUILD_TESTS)
  ipstore_require(GTest libgmock-dev CONFIG)
  ipstore_require(rapidcheck librapidcheck-dev CONFIG)
  ipstore_require(benchmark libbenchmark-dev CONFIG)
endif()
