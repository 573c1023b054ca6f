# The dependency rules as tests: over the tree, and over planted breaches that must be found.

add_test(NAME layering COMMAND ${IPSTORE_PYTHON} ${PROJECT_SOURCE_DIR}/cmake/layering.py ${PROJECT_SOURCE_DIR})
add_test(NAME layering_finds_planted_breaches COMMAND ${IPSTORE_PYTHON} ${PROJECT_SOURCE_DIR}/cmake/layering.py --self-test)
set_tests_properties(layering layering_finds_planted_breaches PROPERTIES LABELS unit TIMEOUT 60)
