# clang-tidy beside the compiler, in the preset "asan", whose compiler is clang. Ninja then knows what must be looked at
# again: a file is when it, a header of its, or .clang-tidy has changed. Included after protos/: generated code is not ours
# to tidy. Tests are left to the two compilers: they are a third of the code, and each file takes as long as any other,
# since clang-tidy walks through all the headers of gRPC and GoogleTest.

option(IPSTORE_CLANG_TIDY "Run clang-tidy on every file of domain, server and client that is compiled" OFF)

if(IPSTORE_CLANG_TIDY)
  find_program(IPSTORE_CLANG_TIDY_PROGRAM clang-tidy-14 REQUIRED)
  # The hash makes a change of the configuration a change of every command.
  file(SHA1 ${PROJECT_SOURCE_DIR}/.clang-tidy tidy_hash)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/.clang-tidy)
  set(CMAKE_CXX_CLANG_TIDY ${IPSTORE_CLANG_TIDY_PROGRAM} --quiet --extra-arg=-DIPSTORE_TIDY_${tidy_hash})
endif()
