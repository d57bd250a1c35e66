#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# aeq beside the TensorFlow Lite converter: converter.sh AEQ [PAGE] prints the tables of docs/converter.md, or compares
# them with a page. Optional: needs a Python with ai_edge_litert and numpy (its path in AEQ_PYTHON, python3 otherwise)
# and the converter's models (in the folder that AEQ_SHARED names, else in `shared` beside the repository).
set -euo pipefail
aeq="$(realpath "$1")"
here="$(cd "$(dirname "$0")" && pwd)"
python="${AEQ_PYTHON:-python3}"
models="${AEQ_SHARED:-$here/../../../shared}/conformance/converter"
if [[ ! -d "$models" ]]; then
  echo "SKIPPED: no models of the converter; name the folder that holds conformance/converter in AEQ_SHARED"
  exit 0
fi
if ! "$python" -c 'import ai_edge_litert.interpreter, numpy' 2>/dev/null; then
  echo "SKIPPED: $python has no ai_edge_litert and numpy; name one that has in AEQ_PYTHON (pip install ai-edge-litert numpy)"
  exit 0
fi
TF_CPP_MIN_LOG_LEVEL=3 exec "$python" "$here/converter.py" "$aeq" "$models" "${@:2}" \
  2> >(grep -vE '^(INFO|WARNING|W0000)' >&2)
