# SPDX-License-Identifier: Apache-2.0
"""Conan 2 recipe of the tree that it lies in: `conan create packaging/conan`."""
import os
import sys

from conan import ConanFile
from conan.tools.build import check_min_cppstd
from conan.tools.files import copy
from conan.tools.layout import basic_layout

required_conan_version = ">=2.0"


class AeqConan(ConanFile):
    name = "aeq"
    description = "Quantizer for .tflite models, header-only C++20"
    license = "Apache-2.0"
    topics = ("quantization", "tflite", "machine-learning", "header-only")
    package_type = "header-library"
    settings = "os", "arch", "compiler", "build_type"
    options = {"quantizer": [True, False]}
    default_options = {"quantizer": True}
    options_description = {"quantizer": "aeq::aeq, which needs Boost, FlatBuffers and zlib; False: the kernels alone"}
    no_copy_source = True

    @property
    def _tree(self):
        return os.path.join(self.recipe_folder, "..", "..")

    def set_version(self):
        sys.dont_write_bytecode = True
        sys.path.insert(0, os.path.join(self._tree, "tools"))
        import version

        self.version = version.version(self._tree)

    def export_sources(self):
        for pattern in ("LICENSE", "cmake/aeq_*.cmake", "include/*", "recipes/*", "src/*"):
            copy(self, pattern, self._tree, self.export_sources_folder)

    def layout(self):
        basic_layout(self)

    def requirements(self):
        if self.options.quantizer:
            self.requires("boost/[>=1.81]", transitive_headers=True, transitive_libs=True)
            self.requires("flatbuffers/[>=2.0.8]", transitive_headers=True)
            self.requires("zlib/[>=1.2.11 <2]", transitive_headers=True, transitive_libs=True)

    def validate(self):
        check_min_cppstd(self, 20)

    def package_id(self):
        # Headers are the same for all. (settings stay for validate.)
        self.info.settings.clear()

    def package(self):
        copy(self, "LICENSE", self.source_folder, os.path.join(self.package_folder, "licenses"))
        copy(self, "*", os.path.join(self.source_folder, "include"), os.path.join(self.package_folder, "include"))
        copy(self, "*", os.path.join(self.source_folder, "recipes"), os.path.join(self.package_folder, "share/aeq/recipes"))
        copy(self, "*.cpp", os.path.join(self.source_folder, "src"), os.path.join(self.package_folder, "src"))
        copy(self, "aeq_*.cmake", os.path.join(self.source_folder, "cmake"), os.path.join(self.package_folder, "cmake"))

    def package_info(self):
        self.cpp_info.set_property("cmake_file_name", "aeq")
        modules = ["cmake/aeq_quantize.cmake"]
        kernels = self.cpp_info.components["kernels"]
        kernels.set_property("cmake_target_name", "aeq::kernels")
        kernels.set_property("pkg_config_name", "aeq-kernels")
        components = [kernels]
        if self.options.quantizer:
            quantizer = self.cpp_info.components["aeq"]
            quantizer.set_property("cmake_target_name", "aeq::aeq")
            quantizer.set_property("pkg_config_name", "aeq")
            quantizer.requires = ["kernels", "boost::headers", "boost::json", "flatbuffers::flatbuffers", "zlib::zlib"]
            if self.settings.os in ("Linux", "FreeBSD"):
                quantizer.system_libs = ["pthread"]
            if self.settings.os == "Linux":
                quantizer.system_libs.append("dl")
            components.append(quantizer)
            modules.append("cmake/aeq_compiled.cmake")
        self.cpp_info.set_property("cmake_build_modules", modules)
        for component in components:
            component.bindirs = []
            component.libdirs = []
