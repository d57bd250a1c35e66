#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Quantizes the digits model, writes it and held-out pictures as C++ data, builds main.cpp for a Cortex-M, runs it in
# QEMU, and prints what it takes.
#
#   examples/firmware/run.sh AEQ WRITE_HEADER FOLDER [CORE...]
#
# AEQ and WRITE_HEADER are the programs aeq and write_header; FOLDER is for what is made; a core is m0plus, m4 (the
# default), m7 or m55. Exit codes: 0 all outputs are the host's (or skipped, with a line that begins with "SKIPPED:").
set -euo pipefail

here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
board="$here/board"
# shellcheck source=board/board.sh
source "$board/board.sh"

(($# >= 3)) || { sed -n '4,10s/^# \{0,1\}//p' "$0"; exit 2; }
aeq="$1" write_header="$2" out="$3"
shift 3
(($#)) || set -- m4
missing="$(missing_tools)"
[[ -n "$missing" ]] || command -v python3 >/dev/null || missing="no python3"
if [[ -n "$missing" ]]; then
  echo "SKIPPED: $missing"
  exit 0
fi

mkdir -p "$out/one"
digits="$here/../digits"
"$aeq" quantize "$digits/digits.tflite" --recipe static_wi8_ai8 --data "$digits/digits_calibration.npz" --overwrite \
  -o "$out/digits_int8.tflite" >"$out/quantize.log"
"$write_header" digits="$out/digits_int8.tflite" >"$out/digits.hpp"
"$aeq" run "$out/digits_int8.tflite" --inputs "$digits/digits_test.npz" --overwrite -o "$out/outputs.npz" >"$out/run.log"
python3 "$here/samples.py" "$digits/digits_test.npz" "$digits/digits_labels.npy" "$out/outputs.npz" >"$out/samples.hpp"
python3 "$here/samples.py" "$digits/digits_test.npz" "$digits/digits_labels.npy" "$out/outputs.npz" 1 >"$out/one/samples.hpp"

section() { # PROGRAM NAME
  arm-none-eabi-size -A "$1" | awk -v name="$2" '$1 == name { bytes = $2 } END { print bytes + 0 }'
}

for core in "$@"; do
  build_for "$core" "$out/firmware_$core.elf" -O2 -I"$out" "$here/main.cpp"
  build_for "$core" "$out/one_$core.elf" -O2 -I"$out/one" -I"$out" "$here/main.cpp"
  echo "$core: $(run_on "$core" "$out/firmware_$core.elf" 2>&1)"
  count_on "$core" "$out/one_$core.elf" "$out" >"$out/count.log" 2>&1
  one="$out/one_$core.elf"
  echo "$core: $(section "$one" .text) bytes of code, $(section "$one" .rodata) of constants," \
    "$(($(section "$one" .data) + $(section "$one" .bss))) of RAM besides the stack," \
    "$(sed -n 's/^region0 insn=\([0-9]*\).*/\1/p' "$out/count.log") instructions per inference"
done
