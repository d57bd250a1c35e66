# SPDX-License-Identifier: Apache-2.0
"""Stands in for a package of the recipe's dependencies: the same names and components, and the system's library."""
from conan import ConanFile


class SystemConan(ConanFile):
    package_type = "shared-library"
    settings = "os", "arch", "compiler", "build_type"

    def package_info(self):
        self.cpp_info.bindirs = self.cpp_info.libdirs = self.cpp_info.includedirs = []
        if self.name == "boost":
            self.cpp_info.set_property("cmake_file_name", "Boost")
            for component, libraries in {"headers": [], "json": ["boost_json"]}.items():
                part = self.cpp_info.components[component]
                part.set_property("cmake_target_name", "Boost::" + component)
                part.system_libs = libraries
                part.bindirs = part.libdirs = part.includedirs = []
        elif self.name == "zlib":
            self.cpp_info.system_libs = ["z"]
