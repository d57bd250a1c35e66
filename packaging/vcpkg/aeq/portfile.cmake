# SPDX-License-Identifier: Apache-2.0
# A port of the tree that it lies in. A registry would fetch a release here (vcpkg_from_git).
cmake_path(NORMAL_PATH CURRENT_PORT_DIR OUTPUT_VARIABLE port)
cmake_path(APPEND port ../../.. OUTPUT_VARIABLE SOURCE_PATH)
cmake_path(NORMAL_PATH SOURCE_PATH)

vcpkg_check_features(OUT_FEATURE_OPTIONS options FEATURES quantizer AEQ_QUANTIZER tool AEQ_BUILD_TOOLS)
set(VCPKG_BUILD_TYPE release) # headers: there is no other build
vcpkg_cmake_configure(SOURCE_PATH ${SOURCE_PATH} OPTIONS ${options} -DAEQ_BUILD_TESTS=OFF -DAEQ_BUILD_EXAMPLES=OFF)
vcpkg_cmake_install()
vcpkg_cmake_config_fixup(CONFIG_PATH share/cmake/aeq)
vcpkg_fixup_pkgconfig()
if("tool" IN_LIST FEATURES)
  vcpkg_copy_tools(TOOL_NAMES aeq AUTO_CLEAN)
endif()
file(INSTALL ${CMAKE_CURRENT_LIST_DIR}/usage DESTINATION ${CURRENT_PACKAGES_DIR}/share/aeq)
vcpkg_install_copyright(FILE_LIST ${SOURCE_PATH}/LICENSE)
