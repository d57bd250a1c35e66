#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Inputs for bench/firmware.sh: pseudo-random bytes.

usage: firmware_samples.py inputs NAME COUNT EXTENT,EXTENT... FILE.npz    int8 [COUNT, ...], as aeq run reads them
       firmware_samples.py header INPUTS.npz OUTPUTS.npz [COUNT] > samples.hpp
"""
import pathlib
import struct
import sys
import zipfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "examples" / "firmware"))
import samples  # noqa: E402


def inputs(name, count, extents, path):
    size = count
    for extent in extents:
        size *= extent
    state, data = 1, bytearray()
    for _ in range(size):
        state = (state * 1664525 + 1013904223) % 2**32
        data.append(state >> 24)
    shape = "(%d, %s)" % (count, ", ".join(map(str, extents)) + ("," if len(extents) == 0 else ""))
    header = "{'descr': '|i1', 'fortran_order': False, 'shape': %s, }" % shape
    header += " " * (-(len(header) + 11) % 64) + "\n"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(name + ".npy", b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode() + bytes(data))


def header(inputs_path, outputs_path, count):
    with zipfile.ZipFile(inputs_path) as archive:
        given = samples.rows(*samples.read_npy(archive.read(archive.namelist()[0])))
    with zipfile.ZipFile(outputs_path) as archive:
        outputs = [samples.read_npy(archive.read(name))[1] for name in sorted(archive.namelist())]
    assert len(given) == len(outputs)
    count = count or len(given)
    print("#pragma once\n\n#include <array>\n#include <cstdint>\n\nnamespace samples {\n")
    samples.write("inputs", "std::int8_t", given[:count], str)
    samples.write("of_host", "std::int8_t", outputs[:count], str)
    print("\n}  // namespace samples")


if __name__ == "__main__":
    if sys.argv[1] == "inputs":
        inputs(sys.argv[2], int(sys.argv[3]), [int(e) for e in sys.argv[4].split(",")], sys.argv[5])
    else:
        header(sys.argv[2], sys.argv[3], int(sys.argv[4]) if len(sys.argv) > 4 else 0)
