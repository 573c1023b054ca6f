# The quick tools where they are there: ccache before the compiler, mold (or lld) as the linker. Neither is needed.

find_program(IPSTORE_CCACHE ccache)
if(IPSTORE_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${IPSTORE_CCACHE})
endif()

find_program(IPSTORE_MOLD mold)
find_program(IPSTORE_LLD ld.lld)
if(IPSTORE_MOLD)
  add_link_options(-fuse-ld=mold)
elseif(IPSTORE_LLD)
  add_link_options(-fuse-ld=lld)
endif()
