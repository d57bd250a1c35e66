#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# LiteRT runs the static models that aeq makes, and they are as near the float models as the Python tool's:
# litert_static.sh AEQ [--page PAGE] [--only ID_GLOB] [--all]. Optional: needs a Python with ai_edge_quantizer, ai_edge_litert and
# numpy (its path in AEQ_PYTHON, python3 otherwise) and the conformance corpus (in the folder that AEQ_SHARED names, else
# in `shared` beside the repository). Prints the table of docs/accuracy.md, or "SKIPPED: why".
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
TF_CPP_MIN_LOG_LEVEL=3 exec "$python" -W ignore "$here/litert_static.py" "$aeq" "$corpus" "${@:2}" \
  2> >(grep -vE '^(INFO|WARNING|W0000)' >&2)
