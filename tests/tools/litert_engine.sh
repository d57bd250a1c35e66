#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# LiteRT's library as an engine of aeq run, against the built-in engine: litert_engine.sh AEQ. Optional: needs a Python
# with ai_edge_litert, whose library it opens, and numpy (its path in AEQ_PYTHON, python3 otherwise). The last line is
# "N of N models" or "SKIPPED: why".
set -euo pipefail
aeq="$(realpath "$1")"
here="$(cd "$(dirname "$0")" && pwd)"
python="${AEQ_PYTHON:-python3}"
library="$("$python" -c 'import ai_edge_litert, os, numpy; print(os.path.join(ai_edge_litert.__path__[0], "libLiteRt.so"))' 2>/dev/null || true)"
if [[ ! -f "$library" ]]; then
  echo "SKIPPED: $python has no ai_edge_litert with libLiteRt.so, and numpy; name one that has in AEQ_PYTHON (pip install ai-edge-litert numpy)"
  exit 0
fi
exec "$python" "$here/litert_engine.py" "$aeq" "$library" "$here/../corpus"
