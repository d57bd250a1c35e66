#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Runs a Windows program: wine.sh PROGRAM [ARGUMENT...]. Wine keeps its files in $WINEPREFIX, which must be set.
set -euo pipefail
: "${WINEPREFIX:?names the folder for the files of Wine}"
export WINEDEBUG="${WINEDEBUG:--all}"
wine="$(command -v wine64 || echo /usr/lib/wine/wine64)" # where Debian has it without the package "wine"
exec "$wine" "$@"
