# Warnings for our own code: strict, and each an error. Included after protos/, so that generated code has none.
# Headers from outside arrive through imported targets, which CMake marks as system headers.

add_compile_options(
  -Wall -Wextra -Wpedantic -Werror
  -Wshadow -Wconversion -Wno-sign-conversion
  -Wold-style-cast -Wcast-qual -Wnon-virtual-dtor -Woverloaded-virtual -Wextra-semi
  -Wformat=2 -Wimplicit-fallthrough -Wundef -Wvla -Wswitch
  # Designated initializers that leave a member to its default are what they are for.
  -Wno-missing-field-initializers)

if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  add_compile_options(-Wduplicated-cond -Wduplicated-branches -Wlogical-op)
  # g++ 12 sees overlaps in std::string's operator+ that are not there (GCC bug 105651).
  add_compile_options(-Wno-restrict)
  if(IPSTORE_SANITIZE)
    # The sanitizers' own instrumentation confuses g++'s flow analysis into false findings.
    add_compile_options(-Wno-maybe-uninitialized -Wno-stringop-overflow -Wno-array-bounds -Wno-nonnull)
  endif()
endif()

# In these targets a switch names every enumerator even where it has a default, so that a status, an action or a refusal
# added later is a compile error wherever it was not thought of. Elsewhere, where the enumerations of gRPC and protobuf
# are switched on too, -Wswitch finds a missing enumerator only without a default: write none over our own.
function(ipstore_every_enumerator)
  foreach(target IN LISTS ARGN)
    if(TARGET ${target})
      target_compile_options(${target} PRIVATE -Wswitch-enum)
    endif()
  endforeach()
endfunction()
