# The quick tools where they are there: ccache before the compiler, mold (or lld) as the linker. Neither is needed.

find_program(IPSTORE_CCACHE ccache)
if(IPSTORE_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  # What one checkout has compiled serves every other: paths are looked up relative to the checkout, and only debug
  # information knows where it was made.
  set(CMAKE_CXX_COMPILER_LAUNCHER
    ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${PROJECT_SOURCE_DIR} CCACHE_NOHASHDIR=1 ${IPSTORE_CCACHE})
endif()

find_program(IPSTORE_MOLD mold)
find_program(IPSTORE_LLD ld.lld)
if(IPSTORE_MOLD)
  add_link_options(-fuse-ld=mold)
elseif(IPSTORE_LLD)
  add_link_options(-fuse-ld=lld)
endif()
