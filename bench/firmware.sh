#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# What two models of the size of MLPerf Tiny's cost on a Cortex-M, in static int8, next to tflite-micro: instructions per
# inference (QEMU counts them), code, RAM. Their outputs on ten samples must be the host's, bit for bit.
#
#   bench/firmware.sh AEQ WRITE_HEADER FOLDER [CORE...]
#
# The models are looked for in $AEQ_SHARED/conformance (../shared beside the repository by default). Kernels and all are
# compiled with $AEQ_OPTIMIZE, -O2 by default. Exit codes: 0 done (or skipped, with a line that begins with "SKIPPED:"),
# 1 an output is not the host's, or an inference takes as many instructions as tflite-micro's reference kernels.
set -euo pipefail

here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
root="$here/.."
board="$root/examples/firmware/board"
# shellcheck source=../examples/firmware/board/board.sh
source "$board/board.sh"

(($# >= 3)) || { sed -n '4,12s/^# \{0,1\}//p' "$0"; exit 2; }
aeq="$1" write_header="$2" out="$3"
shift 3
(($#)) || set -- m4
models="${AEQ_SHARED:-$root/../shared}/conformance"
skip() {
  echo "SKIPPED: $1"
  exit 0
}
[[ -z "$(missing_tools)" ]] || skip "$(missing_tools)"
[[ -d "$models/models/mlcommons-tiny" ]] || skip "no conformance/models/mlcommons-tiny in AEQ_SHARED"

section() { # PROGRAM NAME
  arm-none-eabi-size -A "$1" | awk -v name="$2" '$1 == name { bytes = $2 } END { print bytes + 0 }'
}

failed=0
measure() { # NAME MODEL EXTENTS LIMIT
  local name="$1" model="$2" extents="$3" limit="$4" folder="$out/$1" core said count one
  mkdir -p "$folder/one"
  "$aeq" quantize "$models/models/mlcommons-tiny/$model.tflite" --recipe static_wi8_ai8 --overwrite \
    --data "$models/calibration/mlcommons-tiny/$model.npz" -o "$folder/int8.tflite" >"$folder/quantize.log"
  "$write_header" "$name=$folder/int8.tflite" >"$folder/models.hpp"
  python3 "$here/firmware_samples.py" inputs input_1 10 "$extents" "$folder/inputs.npz"
  "$aeq" run "$folder/int8.tflite" --inputs "$folder/inputs.npz" --overwrite -o "$folder/outputs.npz" >"$folder/run.log"
  python3 "$here/firmware_samples.py" header "$folder/inputs.npz" "$folder/outputs.npz" >"$folder/samples.hpp"
  python3 "$here/firmware_samples.py" header "$folder/inputs.npz" "$folder/outputs.npz" 1 >"$folder/one/samples.hpp"
  for core in "${cores_wanted[@]}"; do
    one="$folder/one_$core.elf"
    build_for "$core" "$folder/all_$core.elf" "${AEQ_OPTIMIZE:--O2}" -DAEQ_BENCH_MODEL="$name" -I"$folder" -I"$root/tests/freestanding" "$here/firmware.cpp"
    build_for "$core" "$one" "${AEQ_OPTIMIZE:--O2}" -DAEQ_BENCH_MODEL="$name" -I"$folder/one" -I"$folder" -I"$root/tests/freestanding" "$here/firmware.cpp"
    said="$(run_on "$core" "$folder/all_$core.elf" 2>&1)" || failed=1
    count_on "$core" "$one" "$out" >"$folder/count.log" 2>&1
    count="$(sed -n 's/^region0 insn=\([0-9]*\).*/\1/p' "$folder/count.log")"
    printf '%-6s %-7s %12s %12s %8s %10s %10s   %s\n' "$name" "$core" "$count" "$limit" "$(section "$one" .text)" \
      "$(sed -n 's/.*arena_bytes = \([0-9]*\), workspace_bytes = \([0-9]*\),.*/\1 \2/p' "$folder/models.hpp" | tr ' ' +)" \
      "$(section "$one" .rodata)" "$said"
    ((count < limit)) || { echo "FAILED: $name takes $count instructions, tflite-micro's reference kernels $limit" >&2; failed=1; }
  done
}

cores_wanted=("$@")
printf '%-6s %-7s %12s %12s %8s %10s %10s\n' model core instructions reference code "RAM" constants
measure ad ad01_fp32 640 1953526
measure ic pretrainedResnet 32,32,3 107400000
exit "$failed"
