#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Prints the version, which is written once, in include/aeq/version.hpp. For meson.build and the Conan recipe."""
import pathlib
import re


def version(root):
    text = (pathlib.Path(root) / "include/aeq/version.hpp").read_text(encoding="utf-8")
    return ".".join(re.search(rf"^#define AEQ_VERSION_{part} (\d+)$", text, re.M)[1] for part in ("MAJOR", "MINOR", "PATCH"))


if __name__ == "__main__":
    print(version(pathlib.Path(__file__).parent.parent))
