# IPSTORE_SANITIZE on every target that follows, and the settings that its programs run with.
# Findings end the program (non-recovering): a test that goes on after one would hide it.

set(IPSTORE_TEST_ENVIRONMENT "")

if(IPSTORE_SANITIZE)
  add_compile_options(-fsanitize=${IPSTORE_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${IPSTORE_SANITIZE})
endif()

if(IPSTORE_SANITIZE MATCHES "address")
  list(APPEND IPSTORE_TEST_ENVIRONMENT
    "ASAN_OPTIONS=detect_stack_use_after_return=1:strict_string_checks=1:check_initialization_order=1"
    "LSAN_OPTIONS=suppressions=${PROJECT_SOURCE_DIR}/cmake/lsan.supp:print_suppressions=0"
    "UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1")
endif()

if(IPSTORE_SANITIZE MATCHES "thread")
  list(APPEND IPSTORE_TEST_ENVIRONMENT
    "TSAN_OPTIONS=suppressions=${PROJECT_SOURCE_DIR}/cmake/tsan.supp:halt_on_error=1:second_deadlock_stack=1")
endif()
