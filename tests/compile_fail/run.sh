#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Runs the compile_fail tests with a compiler of your choice; ctest runs them with that of the build.
#
#   tests/compile_fail/run.sh COMPILER [FILE...]     (all files without FILE; in parallel)
set -uo pipefail
[[ $# -ge 1 ]] || { sed -n '4,6s/^# \{0,1\}//p' "$0"; exit 2; }
cd "$(dirname "$0")/../.."
export COMPILER="$1"
shift
files=("$@")
[[ "${#files[@]}" -gt 0 ]] || mapfile -t files < <(find tests/compile_fail -name '*.cpp' | sort)

one() { # FILE
  local said
  said="$(cmake "-DCOMPILER=$COMPILER" "-DSOURCE=$PWD/$1" "-DINCLUDE=$PWD/include" -P tests/compile_fail/check.cmake 2>&1)" &&
    return
  echo "$1: $said"
  return 1
}
export -f one
if printf '%s\n' "${files[@]}" | xargs -P "$(nproc)" -I{} bash -c 'one {}'; then
  echo "$COMPILER: ${#files[@]} files, each refused as it says"
else
  exit 1
fi
