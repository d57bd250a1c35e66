#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# aeq validate beside the Python tool's validation, both by LiteRT's kernels: validate_peer.sh AEQ. Optional: needs a
# Python with ai-edge-quantizer 0.10, ai_edge_litert and numpy (its path in AEQ_PYTHON, python3 otherwise). The last
# line is "N of N models, T tensors" or "SKIPPED: why".
set -euo pipefail
aeq="$(realpath "$1")"
here="$(cd "$(dirname "$0")" && pwd)"
python="${AEQ_PYTHON:-python3}"
library="$("$python" -c 'import ai_edge_quantizer, ai_edge_litert, os, numpy; print(os.path.join(ai_edge_litert.__path__[0], "libLiteRt.so"))' 2>/dev/null || true)"
if [[ ! -f "$library" ]]; then
  echo "SKIPPED: $python has no ai_edge_quantizer and ai_edge_litert with libLiteRt.so; name one that has in AEQ_PYTHON (pip install ai-edge-quantizer ai-edge-litert)"
  exit 0
fi
exec "$python" "$here/validate_peer.py" "$aeq" "$library" "$here/../corpus" "$here/../../examples/digits"
