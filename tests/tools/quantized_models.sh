#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Every quantized model of the conformance corpus, aeq's and the Python tool's, by aeq run and by LiteRT's reference
# kernels: quantized_models.sh AEQ [--only ID_GLOB] [--every N] [...] (quantized_models.py has all options). Optional: needs
# a Python with ai_edge_quantizer, ai_edge_litert and numpy (its path in AEQ_PYTHON, python3 otherwise) and the corpus (in
# the folder that AEQ_SHARED names, else in `shared` beside the repository). All of them take half an hour. Prints a table,
# then "N of N models equal, …"; or "SKIPPED: why".
set -euo pipefail
aeq="$(realpath "$1")"
here="$(cd "$(dirname "$0")" && pwd)"
python="${AEQ_PYTHON:-python3}"
corpus="${AEQ_SHARED:-$here/../../../shared}/conformance"
if [[ ! -f "$corpus/manifest.json" ]]; then
  echo "SKIPPED: no conformance corpus; name the folder that holds it in AEQ_SHARED"
  exit 0
fi
if ! "$python" -c 'import ai_edge_quantizer, ai_edge_litert.interpreter, numpy' 2>/dev/null; then
  echo "SKIPPED: $python has no ai_edge_quantizer, ai_edge_litert and numpy; name one that has in AEQ_PYTHON (pip install ai-edge-quantizer ai-edge-litert numpy)"
  exit 0
fi
TF_CPP_MIN_LOG_LEVEL=3 exec "$python" -W ignore "$here/quantized_models.py" "$aeq" "$corpus" "${@:2}" \
  2> >(grep -vE '^(INFO|WARNING|W0000)|it/s\]' >&2)
