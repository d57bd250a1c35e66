#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# LiteRT on models that were trained for quantization: litert_trained.sh AEQ. Optional: needs a Python with
# ai_edge_litert and numpy (its path in AEQ_PYTHON, python3 otherwise).
set -euo pipefail
aeq="$(realpath "$1")"
here="$(cd "$(dirname "$0")" && pwd)"
python="${AEQ_PYTHON:-python3}"
if ! "$python" -c 'import ai_edge_litert.interpreter, numpy' 2>/dev/null; then
  echo "SKIPPED: $python has no ai_edge_litert and numpy; name one that has in AEQ_PYTHON (pip install ai-edge-litert numpy)"
  exit 0
fi
TF_CPP_MIN_LOG_LEVEL=3 exec "$python" "$here/litert_trained.py" "$aeq" "$here/../corpus" 2> >(grep -vE '^(INFO|WARNING|W0000)' >&2)
