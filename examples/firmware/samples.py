#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes held-out samples for firmware as C++ data.

usage: samples.py IMAGES.npz LABELS.npy OUTPUTS.npz [COUNT] > samples.hpp

OUTPUTS.npz is what `aeq run` wrote for the images. Needs nothing but Python itself.
"""
import ast
import struct
import sys
import zipfile

FORMATS = {"f4": "f", "i1": "b", "u1": "B", "i8": "q"}


def read_npy(data):
    """Shape and values of an .npy file, which is little-endian and in C order."""
    assert data[:6] == b"\x93NUMPY", "no .npy file"
    length, at = struct.unpack_from("<H", data, 8)[0], 10
    if data[6] > 1:
        length, at = struct.unpack_from("<I", data, 8)[0], 12
    header = ast.literal_eval(data[at : at + length].decode())
    assert not header["fortran_order"] and header["descr"][0] in "<|"
    count = 1
    for extent in header["shape"]:
        count *= extent
    return header["shape"], struct.unpack_from("<%d%s" % (count, FORMATS[header["descr"][1:]]), data, at + length)


def rows(shape, values):
    width = len(values) // shape[0]
    return [values[i * width : (i + 1) * width] for i in range(shape[0])]


def write(name, kind, table, text):
    print("inline constexpr std::array<std::array<%s, %d>, %d> %s{{" % (kind, len(table[0]), len(table), name))
    for row in table:
        print("    {{%s}}," % ", ".join(text(v) for v in row))
    print("}};")


def main():
    with zipfile.ZipFile(sys.argv[1]) as archive:
        images = rows(*read_npy(archive.read(archive.namelist()[0])))
    with open(sys.argv[2], "rb") as file:
        labels = read_npy(file.read())[1]
    with zipfile.ZipFile(sys.argv[3]) as archive:
        outputs = [read_npy(archive.read(name))[1] for name in sorted(archive.namelist())]
    count = int(sys.argv[4]) if len(sys.argv) > 4 else len(images)
    assert len(images) == len(labels) == len(outputs) and 0 < count <= len(images)
    print("// Written by samples.py: do not edit.\n#pragma once\n\n#include <array>\n#include <cstdint>\n\nnamespace samples {\n")
    write("images", "float", images[:count], lambda v: v.hex() + "f")
    write("of_host", "std::int8_t", outputs[:count], str)
    print("inline constexpr std::array<std::uint8_t, %d> labels{%s};" % (count, ", ".join(map(str, labels[:count]))))
    print("\n}  // namespace samples")


if __name__ == "__main__":
    main()
