#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Package files that no build reads: their version is that of version.hpp, and their fields are of the form that their
documentation asks for. Prints what is wrong; exit code 1 if anything is."""
import json
import pathlib
import re
import sys

sys.dont_write_bytecode = True
from version import version  # noqa: E402

root = pathlib.Path(__file__).parent.parent
problems = []


def expect(file, condition, what):
    if not condition:
        problems.append(f"{file}: {what}")


def load(name):
    return json.loads((root / name).read_text(encoding="utf-8"))


# vcpkg.json: names in lower case with single dashes; only known keys; every feature described.
def is_name(text):
    return re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", text) is not None


def check_dependencies(file, dependencies):
    for dependency in dependencies:
        fields = {"name": dependency} if isinstance(dependency, str) else dependency
        expect(file, fields.keys() <= {"name", "host", "features", "version>=", "default-features", "platform"}, f"{fields}")
        expect(file, is_name(fields.get("name", "")), f"{fields} has no name that vcpkg takes")


name = "packaging/vcpkg/aeq/vcpkg.json"
port = load(name)
known = {"name", "version", "description", "license", "dependencies", "default-features", "features"}
expect(name, port.keys() == known, f"its keys should be {sorted(known)}")
expect(name, port["version"] == version(root), f'version {port["version"]} should be {version(root)}, as in version.hpp')
expect(name, is_name(port["name"]) and port["name"] == (root / name).parent.name, "the name should be the folder's")
check_dependencies(name, port["dependencies"])
for feature, fields in port["features"].items():
    expect(name, is_name(feature) and feature not in ("core", "default"), f"{feature} is no name for a feature")
    expect(name, fields.keys() == {"description", "dependencies"}, f"feature {feature} needs description and dependencies")
    check_dependencies(name, fields["dependencies"])
for feature in port["default-features"]:
    expect(name, feature in port["features"], f"there is no feature {feature}")
mentioned = re.search(r"FEATURES (.*?)\)", (root / "packaging/vcpkg/aeq/portfile.cmake").read_text())[1].split()
expect(name, set(mentioned[::2]) == set(port["features"]), "portfile.cmake knows other features")

# library.json: the limits of PlatformIO's registry.
name = "library.json"
library = load(name)
expect(name, library["version"] == version(root), f'version {library["version"]} should be {version(root)}, as in version.hpp')
expect(name, len(library["description"]) <= 255, "the description may have 255 characters")
expect(name, library["license"] == "Apache-2.0", "the licence should be Apache-2.0")
for header in library["headers"]:
    expect(name, (root / library["build"]["includeDir"] / header).is_file(), f"there is no {header}")
for item in library["export"]["include"]:
    expect(name, (root / item).exists(), f"there is no {item}")

# CMake and Meson build the command line from the same sources.
for source in sorted((root / "tools/aeq").glob("*.cpp")):
    for name in ("meson.build", "tools/CMakeLists.txt"):
        expect(name, f"aeq/{source.name}" in (root / name).read_text(), f"tools/aeq/{source.name} is missing")

# And the unit tests from the same folders.
in_cmake = re.search(r"GLOB_RECURSE sources CONFIGURE_DEPENDS ([^)]*)\)", (root / "tests/CMakeLists.txt").read_text())[1]
in_meson = re.search(r"^folders = \[(.*)\]$", (root / "tests/meson.build").read_text(), re.M)[1]
folders = set(re.findall(r"(\w+)/\*\.cpp", in_cmake))
expect("tests/meson.build", folders == set(re.findall(r"'(\w+)'", in_meson)), f"the folders should be {sorted(folders)}")

print("\n".join(problems), end="\n" if problems else "")
sys.exit(bool(problems))
