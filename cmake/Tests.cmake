# How a test program is declared.
#
#   ipstore_add_test(NAME domain_lifecycle_test SOURCES lifecycle_test.cc LIBS orders_domain
#                    [LABELS unit tsan] [TIMEOUT 60] [DEFINES X=1] [DEPENDS orderd] [ENVIRONMENT A=b] [WHOLE] [SERIAL] [NO_MAIN])
#
# Builds a GoogleTest program (GoogleMock and its main are linked) and shows each of its tests to ctest on its own.
#   LABELS       what it needs: unit (nothing; the default), db (databases), e2e (whole programs), tsan (runs under
#                ThreadSanitizer too: a tsan build leaves out every test without this label)
#   TIMEOUT      seconds for one test; three times as many under a sanitizer
#   DEFINES      compile definitions, such as ORDERD_PATH="$<TARGET_FILE:orderd>"
#   DEPENDS      programs that the test starts, built before it runs
#   ENVIRONMENT  VAR=value pairs
#   WHOLE        one ctest entry for the program, for tests that share a costly set-up
#   SERIAL       nothing else runs beside it
#   NO_MAIN      the program brings its own main
#
#   ipstore_add_script_test(NAME ... COMMAND ... [LABELS] [TIMEOUT] [ENVIRONMENT] [SERIAL])
#
# Adds a test of another language. Exit code 77 means skipped.

enable_testing()
include(GoogleTest)

# The seconds of a TIMEOUT in this build.
function(ipstore_test_timeout out seconds)
  if(NOT seconds)
    set(seconds 60)
  endif()
  if(IPSTORE_SANITIZE)
    math(EXPR seconds "${seconds} * 3")
  endif()
  set(${out} ${seconds} PARENT_SCOPE)
endfunction()

function(ipstore_add_test)
  cmake_parse_arguments(PARSE_ARGV 0 arg "WHOLE;SERIAL;NO_MAIN" "NAME;TIMEOUT"
    "SOURCES;LIBS;LABELS;DEFINES;DEPENDS;ENVIRONMENT")
  if(arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "ipstore_add_test(${arg_NAME}): unknown arguments ${arg_UNPARSED_ARGUMENTS}")
  endif()
  if(NOT arg_LABELS)
    set(arg_LABELS unit)
  endif()
  if(NOT arg_NO_MAIN)
    list(APPEND arg_LIBS GTest::gmock_main)
  endif()
  if(IPSTORE_TSAN AND NOT "tsan" IN_LIST arg_LABELS)
    return()
  endif()
  ipstore_test_timeout(timeout "${arg_TIMEOUT}")

  add_executable(${arg_NAME} ${arg_SOURCES})
  target_link_libraries(${arg_NAME} PRIVATE ${arg_LIBS} GTest::gmock GTest::gtest)
  target_compile_definitions(${arg_NAME} PRIVATE ${arg_DEFINES})
  if(arg_DEPENDS)
    add_dependencies(${arg_NAME} ${arg_DEPENDS})
  endif()

  set(environment ${IPSTORE_TEST_ENVIRONMENT} ${arg_ENVIRONMENT})
  set(serial OFF)
  if(arg_SERIAL)
    set(serial ON)
  endif()

  if(arg_WHOLE)
    add_test(NAME ${arg_NAME} COMMAND ${arg_NAME})
    set_tests_properties(${arg_NAME} PROPERTIES
      LABELS "${arg_LABELS}" TIMEOUT ${timeout} RUN_SERIAL ${serial} ENVIRONMENT "${environment}")
    return()
  endif()

  gtest_discover_tests(${arg_NAME} DISCOVERY_MODE PRE_TEST DISCOVERY_TIMEOUT 60 NO_PRETTY_VALUES TEST_LIST discovered)

  # Properties that are lists do not survive gtest_discover_tests; ctest reads them from a file of their own instead,
  # after the one in which the discovery leaves the names.
  set(properties_file ${CMAKE_CURRENT_BINARY_DIR}/${arg_NAME}_properties.cmake)
  file(GENERATE OUTPUT ${properties_file} CONTENT
"if(discovered)
  set_tests_properties(\${discovered} PROPERTIES
    LABELS [==[${arg_LABELS}]==] TIMEOUT ${timeout} RUN_SERIAL ${serial} ENVIRONMENT [==[${environment}]==])
endif()
unset(discovered)
")
  set_property(DIRECTORY APPEND PROPERTY TEST_INCLUDE_FILES ${properties_file})
endfunction()

function(ipstore_add_script_test)
  cmake_parse_arguments(PARSE_ARGV 0 arg "SERIAL" "NAME;TIMEOUT" "COMMAND;LABELS;ENVIRONMENT")
  if(NOT arg_LABELS)
    set(arg_LABELS unit)
  endif()
  if(IPSTORE_TSAN AND NOT "tsan" IN_LIST arg_LABELS)
    return()
  endif()
  ipstore_test_timeout(timeout "${arg_TIMEOUT}")
  set(serial OFF)
  if(arg_SERIAL)
    set(serial ON)
  endif()
  add_test(NAME ${arg_NAME} COMMAND ${arg_COMMAND})
  set_tests_properties(${arg_NAME} PROPERTIES LABELS "${arg_LABELS}" TIMEOUT ${timeout} RUN_SERIAL ${serial}
    ENVIRONMENT "${IPSTORE_TEST_ENVIRONMENT};${arg_ENVIRONMENT}" SKIP_RETURN_CODE 77)
endfunction()
