# Compiles .proto files to C++ and gRPC.

# Where Debian keeps the published contracts that ours builds on. Also what other languages' generators need.
set(IPSTORE_GOOGLEAPIS_DIR /usr/share/gocode/src/github.com/gogo/googleapis
  CACHE PATH "Folder with google/rpc/*.proto and google/type/money.proto (Debian: golang-github-gogo-googleapis-dev)")
set(IPSTORE_GRPC_PROTO_DIR /usr/share/grpc-proto
  CACHE PATH "Folder with grpc/health/v1/health.proto (Debian: grpc-proto)")

foreach(needed IN ITEMS
    ${IPSTORE_GOOGLEAPIS_DIR}/google/rpc/error_details.proto
    ${IPSTORE_GRPC_PROTO_DIR}/grpc/health/v1/health.proto)
  if(NOT EXISTS ${needed})
    message(FATAL_ERROR "${needed} was not found. `./dev install` installs it.")
  endif()
endforeach()

# Folder of protobuf's own well-known types. protoc knows it by itself; the path is named for generators that do not.
set(IPSTORE_PROTO_IMPORT_DIRS
  ${PROJECT_SOURCE_DIR}/protos ${IPSTORE_GOOGLEAPIS_DIR} ${IPSTORE_GRPC_PROTO_DIR} ${Protobuf_INCLUDE_DIRS})

# Adds generated sources to a target.
#   ipstore_generate_protos(<target> OUT <folder> ROOT <import folder> PROTOS <file relative to it>... [GRPC])
# GRPC: the files hold services. Each file is made again only when it, or one that it imports, has changed.
function(ipstore_generate_protos target)
  cmake_parse_arguments(PARSE_ARGV 1 arg "GRPC" "OUT;ROOT" "PROTOS")

  set(import_flags "")
  foreach(dir IN LISTS IPSTORE_PROTO_IMPORT_DIRS)
    list(APPEND import_flags -I${dir})
  endforeach()

  file(MAKE_DIRECTORY ${arg_OUT})
  foreach(proto IN LISTS arg_PROTOS)
    string(REGEX REPLACE "\\.proto$" "" stem ${proto})
    ipstore_run_protoc(${target} .pb --cpp_out=${arg_OUT})
    if(arg_GRPC)
      ipstore_run_protoc(${target} .grpc.pb
        --grpc_out=${arg_OUT} --plugin=protoc-gen-grpc=$<TARGET_FILE:gRPC::grpc_cpp_plugin>)
    endif()
  endforeach()
endfunction()

# One run of protoc, for one file and one generator: ninja takes from a list of dependencies only what belongs to the
# first output, so that two generators cannot share one. A macro, for it reads the caller's variables.
macro(ipstore_run_protoc target suffix)
  add_custom_command(
    OUTPUT ${arg_OUT}/${stem}${suffix}.cc ${arg_OUT}/${stem}${suffix}.h
    COMMAND protobuf::protoc ${import_flags} ${ARGN}
      --dependency_out=${arg_OUT}/${stem}${suffix}.d ${arg_ROOT}/${proto}
    DEPENDS ${arg_ROOT}/${proto} protobuf::protoc gRPC::grpc_cpp_plugin
    DEPFILE ${arg_OUT}/${stem}${suffix}.d
    COMMENT "Generating ${stem}${suffix}.{h,cc}"
    VERBATIM)
  target_sources(${target} PRIVATE ${arg_OUT}/${stem}${suffix}.cc ${arg_OUT}/${stem}${suffix}.h)
endmacro()
