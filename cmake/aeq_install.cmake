# SPDX-License-Identifier: Apache-2.0
# What `cmake --install` lays down. Nothing of it depends on this machine: the headers are the library, aeq::compiled is
# compiled by who uses it, and every path in it is relative, so that the folder may be moved. meson.build installs the
# same files; a test compares.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(package_folder ${CMAKE_INSTALL_DATADIR}/cmake/aeq)
set(pkgconfig_folder ${CMAKE_INSTALL_DATADIR}/pkgconfig)

install(DIRECTORY include/aeq DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT aeq_development
        FILES_MATCHING PATTERN *.hpp PATTERN *.ipp)
install(DIRECTORY recipes DESTINATION ${CMAKE_INSTALL_DATADIR}/aeq COMPONENT aeq_development)
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/aeq COMPONENT aeq_development)

install(TARGETS aeq_kernels EXPORT aeq-kernels-targets INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(EXPORT aeq-kernels-targets NAMESPACE aeq:: DESTINATION ${package_folder} COMPONENT aeq_development)
install(FILES cmake/aeq_quantize.cmake DESTINATION ${package_folder} COMPONENT aeq_development)
if(TARGET aeq)
  install(TARGETS aeq EXPORT aeq-targets)
  install(EXPORT aeq-targets NAMESPACE aeq:: DESTINATION ${package_folder} COMPONENT aeq_development)
  install(FILES cmake/aeq_dependencies.cmake cmake/aeq_compiled.cmake DESTINATION ${package_folder}
          COMPONENT aeq_development)
  install(DIRECTORY src DESTINATION ${CMAKE_INSTALL_DATADIR}/aeq COMPONENT aeq_development)
endif()

if(TARGET aeq_tool)
  install(TARGETS aeq_tool RUNTIME COMPONENT aeq_tool)
  install(FILES docs/man/aeq.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 COMPONENT aeq_tool)
  install(FILES completions/aeq.bash DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions RENAME aeq
          COMPONENT aeq_tool)
  install(FILES completions/_aeq DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/site-functions COMPONENT aeq_tool)
endif()

# Before 1.0 a minor version may change the API.
set(compatibility SameMajorVersion)
if(PROJECT_VERSION_MAJOR EQUAL 0)
  set(compatibility SameMinorVersion)
endif()
write_basic_package_version_file(${CMAKE_CURRENT_BINARY_DIR}/aeqConfigVersion.cmake COMPATIBILITY ${compatibility}
                                 ARCH_INDEPENDENT)
configure_package_config_file(cmake/aeqConfig.cmake.in ${CMAKE_CURRENT_BINARY_DIR}/aeqConfig.cmake
                              INSTALL_DESTINATION ${package_folder} PATH_VARS CMAKE_INSTALL_BINDIR CMAKE_INSTALL_DATADIR
                              NO_SET_AND_CHECK_MACRO NO_CHECK_REQUIRED_COMPONENTS_MACRO)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/aeqConfig.cmake ${CMAKE_CURRENT_BINARY_DIR}/aeqConfigVersion.cmake
        DESTINATION ${package_folder} COMPONENT aeq_development)

# pkg-config: from where the .pc files lie (${pcfiledir}) to the prefix; a folder that the user placed outside of the
# prefix stays as it is named.
function(aeq_configure_pkgconfig name)
  set(version ${PROJECT_VERSION})
  set(prefix ${CMAKE_INSTALL_PREFIX})
  if(NOT IS_ABSOLUTE ${pkgconfig_folder})
    file(RELATIVE_PATH up /${pkgconfig_folder} /)
    string(REGEX REPLACE "/$" "" up ${up})
    set(prefix "\${pcfiledir}/${up}")
  endif()
  set(includedir ${CMAKE_INSTALL_INCLUDEDIR})
  set(datadir ${CMAKE_INSTALL_DATADIR})
  foreach(folder includedir datadir)
    if(NOT IS_ABSOLUTE ${${folder}})
      set(${folder} "\${prefix}/${${folder}}")
    endif()
  endforeach()
  set(dl_libs) # where dlopen, which opens LiteRT's library, is in one of its own
  foreach(library IN LISTS CMAKE_DL_LIBS)
    string(APPEND dl_libs " -l${library}")
  endforeach()
  configure_file(cmake/${name}.pc.in ${CMAKE_CURRENT_BINARY_DIR}/${name}.pc @ONLY)
  install(FILES ${CMAKE_CURRENT_BINARY_DIR}/${name}.pc DESTINATION ${pkgconfig_folder} COMPONENT aeq_development)
endfunction()
aeq_configure_pkgconfig(aeq-kernels)
if(TARGET aeq)
  aeq_configure_pkgconfig(aeq)
endif()
