# SPDX-License-Identifier: Apache-2.0
"""module.yml and Kconfig, read by the parsers that Zephyr reads them with: check.py SOURCE FOLDER."""
import os
import pathlib
import sys

import kconfiglib
import yaml

source, folder = (pathlib.Path(word) for word in sys.argv[1:])
module = yaml.safe_load((source / "zephyr/module.yml").read_text())
assert module.keys() == {"name", "build"} and module["build"].keys() == {"cmake", "kconfig"}, module
assert module["name"] == "aeq" and (source / module["build"]["cmake"] / "CMakeLists.txt").is_file(), module

os.environ["AEQ_KCONFIG"] = str(source / module["build"]["kconfig"])
kconfig = kconfiglib.Kconfig(str(folder / "Kconfig"))
kconfig.warn_assign_undef = True
kconfig.load_config(str(folder / "prj.conf"))
assert not kconfig.warnings, kconfig.warnings
assert kconfig.syms["AEQ"].str_value == "y" and kconfig.syms["REQUIRES_FULL_LIBCPP"].str_value == "y"
kconfig.syms["STD_CPP17"].set_value("y")
assert kconfig.syms["AEQ"].str_value == "n", "CONFIG_AEQ is there without C++20"
