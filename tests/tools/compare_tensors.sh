#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Every tensor of every model, by aeq run and by LiteRT's reference kernels: compare_tensors.sh AEQ [MODEL_GLOB]. It runs
# the models of our corpus and, where it is at hand, those of the conformance corpus (in the folder that AEQ_SHARED names,
# else in `shared` beside the repository). Optional: needs a Python with ai_edge_litert and numpy (its path in AEQ_PYTHON,
# python3 otherwise). Prints the worst relative error of each op, then "N of N models"; or "SKIPPED: why".
set -euo pipefail
aeq="$(realpath "$1")"
here="$(cd "$(dirname "$0")" && pwd)"
python="${AEQ_PYTHON:-python3}"
if ! "$python" -c 'import ai_edge_litert.interpreter, numpy' 2>/dev/null; then
  echo "SKIPPED: $python has no ai_edge_litert and numpy; name one that has in AEQ_PYTHON (pip install ai-edge-litert numpy)"
  exit 0
fi
TF_CPP_MIN_LOG_LEVEL=3 exec "$python" "$here/compare_tensors.py" "$aeq" "$here/../corpus" \
  "${AEQ_SHARED:-$here/../../../shared}/conformance" "${2:-*}" 2> >(grep -vE '^(INFO|WARNING|W0000)' >&2)
