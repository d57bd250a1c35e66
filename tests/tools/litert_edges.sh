#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# LiteRT on the digits model with every type of inputs and outputs: litert_edges.sh AEQ. It must load each, and classify
# as many images right as with the recipe's own types, or nearly. Optional: needs a Python with ai_edge_litert and numpy
# (its path in AEQ_PYTHON, python3 otherwise).
set -uo pipefail
aeq="$(realpath "$1")"
here="$(cd "$(dirname "$0")" && pwd)"
digits="$here/../../examples/digits"
python="${AEQ_PYTHON:-python3}"
if ! "$python" -c 'import ai_edge_litert.interpreter, numpy' 2>/dev/null; then
  echo "SKIPPED: $python has no ai_edge_litert and numpy; name one that has in AEQ_PYTHON (pip install ai-edge-litert numpy)"
  exit 0
fi
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
count=0 bad=0
try() { # RECIPE LEAST_RIGHT INPUT OUTPUT
  local right
  count=$((count + 1))
  "$aeq" quantize "$digits/digits.tflite" --recipe "$1" --stats "$digits/digits_statistics.json" --overwrite \
    --input-type "$3" --output-type "$4" -o "$work/q.tflite" >/dev/null 2>"$work/err" || cat "$work/err"
  right="$(TF_CPP_MIN_LOG_LEVEL=3 "$python" "$here/../docs/count_right.py" "$digits" "$work/q.tflite" 2>"$work/err" ||
    tail -n 1 "$work/err")"
  [[ "$right" =~ ^[0-9]+$ && "$right" -ge "$2" ]] && return
  echo "$1, $3 to $4: $right, not $2"
  bad=$((bad + 1))
}
for type in float32 int8 uint8 int16; do
  try static_wi8_ai8 357 "$type" "$type"
  try static_wi8_ai16 357 "$type" "$type"
  try static_wi8_ai8 357 "$type" float32
  try static_wi8_ai16 357 float32 "$type"
done
echo "$count models, $bad wrong"
[[ "$bad" -eq 0 ]]
