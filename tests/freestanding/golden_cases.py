#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Golden cases as C++ data for tests/freestanding/golden.cpp.

usage: golden_cases.py names GOLDEN.json...            prints NAME=MODEL for write_header, one a line
       golden_cases.py cases GOLDEN.json... > cases.hpp

Of a case with a kernel that firmware has no name for (an op that calls subgraphs) a line on stderr says that it is left
out.
"""
import json
import math
import pathlib
import struct
import sys

LEFT_OUT = {"composite_decomposition": "it calls a subgraph, which is the interpreter's affair"}
FORMATS = {"float32": "f", "int8": "b", "uint8": "B", "bool": "B", "int16": "h", "int32": "i", "int64": "q"}


def number(value):
    if isinstance(value, str):
        return float.fromhex(value) if "x" in value else float(value)
    return value


def bytes_of(array):
    form = FORMATS[array["dtype"]]
    values = [number(v) for v in array["data"]]
    values = [float(v) if form == "f" else int(v) for v in values]
    return struct.pack("<%d%s" % (len(values), form), *values)


def write_bytes(name, data):
    print("alignas(8) inline constexpr std::array<std::uint8_t, %d> %s{%s};"
          % (len(data), name, ", ".join(str(b) for b in data)))


def main():
    what, files = sys.argv[1], [pathlib.Path(f) for f in sys.argv[2:]]
    names = []
    if what == "cases":
        print('#pragma once\n\n#include <array>\n#include <cstdint>\n\n#include "models.hpp"\n')
    for file in files:
        for case in json.loads(file.read_text())["cases"]:
            name = case["name"]
            if name in LEFT_OUT:
                print("left out: %s: %s" % (name, LEFT_OUT[name]), file=sys.stderr)
                continue
            if what == "names":
                print("%s=%s" % (name, file.parent / case["model"]))
                continue
            names.append(name)
            print("namespace %s {" % name)
            for kind in ("inputs", "outputs"):
                for i, array in enumerate(case[kind]):
                    write_bytes("%s_data_%d" % (kind, i), bytes_of(array))
                print("inline constexpr std::array<std::span<const std::uint8_t>, %d> %s_data{%s};"
                      % (len(case[kind]), kind, ", ".join("%s_data_%d" % (kind, i) for i in range(len(case[kind])))))
            print("}  // namespace %s\n" % name)
    if what == "cases":
        print("#define AEQ_TEST_CASES(CASE) " + " ".join("CASE(%s)" % n for n in names))


if __name__ == "__main__":
    main()
