# What `cmake --install` puts under its prefix, in two components:
#
#   development   the CMake package IpStoreOrders for programs that call the service (client/, the generated C++ code,
#                 the contract itself); tests/package is such a program
#   runtime       orderd and orderctl

include(CMakePackageConfigHelpers)
include(GNUInstallDirs)

# A folder of its own: google/rpc and google/type, which we compile too, must not meet another library's copies.
set(include_dir ${CMAKE_INSTALL_INCLUDEDIR}/ipstore-orders)
set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/IpStoreOrders)
set(proto_dir ${CMAKE_INSTALL_DATADIR}/ipstore-orders/protos)

install(TARGETS orderd orderctl RUNTIME COMPONENT runtime)

# Neither carries build flags to those who use it, but both ask for the language of their headers.
set_target_properties(orders_client PROPERTIES EXPORT_NAME client)
set_target_properties(ipstore_orders_protos PROPERTIES EXPORT_NAME protos)
foreach(target IN ITEMS orders_client ipstore_orders_protos)
  target_compile_features(${target} PUBLIC cxx_std_20)
  target_include_directories(${target} INTERFACE $<INSTALL_INTERFACE:${include_dir}>)
  install(TARGETS ${target} EXPORT IpStoreOrders ARCHIVE COMPONENT development)
endforeach()

install(EXPORT IpStoreOrders NAMESPACE IpStoreOrders:: FILE IpStoreOrdersTargets.cmake
  DESTINATION ${package_dir} COMPONENT development)
configure_package_config_file(
  ${PROJECT_SOURCE_DIR}/cmake/IpStoreOrdersConfig.cmake.in ${PROJECT_BINARY_DIR}/package/IpStoreOrdersConfig.cmake
  INSTALL_DESTINATION ${package_dir} PATH_VARS proto_dir)
# Before 1.0 a minor version may break.
write_basic_package_version_file(${PROJECT_BINARY_DIR}/package/IpStoreOrdersConfigVersion.cmake
  COMPATIBILITY SameMinorVersion)
install(DIRECTORY ${PROJECT_BINARY_DIR}/package/ DESTINATION ${package_dir} COMPONENT development)

# In this tree "client/error.h" is unmistakable; elsewhere it is not. Installed, the folder is named as the namespace is.
set(client_headers_dir ${PROJECT_BINARY_DIR}/installed_headers/ipstore/orders/client)
file(GLOB client_headers CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/client/*.h)
file(REMOVE_RECURSE ${client_headers_dir})
foreach(header IN LISTS client_headers)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${header})
  get_filename_component(header_name ${header} NAME)
  file(READ ${header} text)
  string(REPLACE "#include \"client/" "#include \"ipstore/orders/client/" text "${text}")
  file(WRITE ${client_headers_dir}/${header_name} "${text}")
endforeach()
install(DIRECTORY ${PROJECT_BINARY_DIR}/installed_headers/ ${PROJECT_BINARY_DIR}/protos/generated/
  DESTINATION ${include_dir} COMPONENT development FILES_MATCHING PATTERN "*.h")

# The contract, for generators of other languages, with all that it imports beside protobuf's own.
install(DIRECTORY ${PROJECT_SOURCE_DIR}/protos/ipstore DESTINATION ${proto_dir} COMPONENT development
  FILES_MATCHING PATTERN "*.proto")
foreach(proto IN ITEMS google/rpc/code google/rpc/error_details google/rpc/status google/type/date google/type/money)
  get_filename_component(folder ${proto} DIRECTORY)
  install(FILES ${IPSTORE_GOOGLEAPIS_DIR}/${proto}.proto DESTINATION ${proto_dir}/${folder} COMPONENT development)
endforeach()
