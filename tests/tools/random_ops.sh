#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Quantized ops with random shapes, options and parameters, by aeq run and by LiteRT's reference kernels, bit for bit:
# random_ops.sh AEQ [CASES_PER_KIND] [KIND_GLOB]. Optional: needs a Python with ai_edge_litert and numpy (its path in
# AEQ_PYTHON, python3 otherwise). Prints a line per kind, then "N of N cases"; or "SKIPPED: why".
set -euo pipefail
aeq="$(realpath "$1")"
here="$(cd "$(dirname "$0")" && pwd)"
python="${AEQ_PYTHON:-python3}"
if ! "$python" -c 'import ai_edge_litert.interpreter, numpy' 2>/dev/null; then
  echo "SKIPPED: $python has no ai_edge_litert and numpy; name one that has in AEQ_PYTHON (pip install ai-edge-litert numpy)"
  exit 0
fi
TF_CPP_MIN_LOG_LEVEL=3 exec "$python" "$here/random_ops.py" "$aeq" "${2:-10}" "${3:-*}" \
  2> >(grep -vE '^(INFO|WARNING|W0000)' >&2)
