#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# What pages about the code name between backticks is there: files and folders, and names that look like code (with _ or
# ::), tests too. A path may begin in the repository or in any folder of it; letters in capitals (FILE) and the file x
# stand for something.
#
#   check_names.sh ROOT CTEST PAGE...     (in the folder of the build)
set -uo pipefail
tests_of_build="$("$2" -N 2>/dev/null | sed -n 's/^ *Test *#[0-9]*: //p')"
cd "$1" || exit 1
shift 2
count=0 bad=0
words="$(cat $(git ls-files '*.[hi]pp' '*.cpp' '*.sh' '*.py' '*.cmake' '*CMakeLists.txt' ':!single_include' 2>/dev/null ||
  find include src tools tests examples cmake -name '*.[hi]pp' -o -name '*.cpp' -o -name '*.sh' -o -name '*.py' -o -name '*.cmake' -o -name CMakeLists.txt) |
  grep -oE '[A-Za-z_][A-Za-z0-9_]*' | sort -u)"
while IFS=: read -r page line name; do
  case "$name" in *[\ \<\>\*\$\{…]* | -* | x.hpp | x.ipp | snake_case) continue ;; esac
  [[ "$name" =~ (^|/)[A-Z]+(\.|/|$) ]] && continue
  name="${name%/}"
  if [[ "$name" =~ ^[a-zA-Z0-9_.]+/[a-zA-Z0-9_./]*$ || "$name" =~ ^[a-z_0-9]+\.(hpp|ipp|cpp|py|sh|txt|md)$ ]]; then
    count=$((count + 1))
    [[ "$name" == build/* ]] && continue # what a build makes
    [[ -e "$name" || -e "include/aeq/$name.hpp" ]] && continue
    grep -qxF -- "$name" <<<"$tests_of_build" && continue
    [[ -n "$(find . -path ./build -prune -o -path "*/$name" -print -quit)" ]] && continue
  elif [[ "$name" =~ ^[a-z][a-z0-9_]*(::[a-z0-9_]+)*(\(\))?$ && "$name" == *[_:]* ]]; then
    count=$((count + 1))
    last="${name##*::}"
    grep -qxF -- "${last%()}" <<<"$words" && continue
  else
    continue
  fi
  echo "$page:$line: there is no $name"
  bad=$((bad + 1))
done < <(for page in "$@"; do
  awk -v page="$page" '
    /^ *```/ { inside = !inside; next }
    !inside { while (match($0, /`[^`]+`/)) { print page ":" NR ":" substr($0, RSTART + 1, RLENGTH - 2); $0 = substr($0, RSTART + RLENGTH) } }
  ' "$page"
done)
echo "$count names, $bad of them unknown"
[[ "$count" -gt 0 && "$bad" -eq 0 ]]
