#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# All lints, one command. Each says what is wrong, where, and what would be accepted; exit code 1 if any does.
set -uo pipefail
cd "$(dirname "$0")/.."
bad=0
complain() { echo "$1"; bad=1; }

# Floors: an include may only go to a folder that floors.txt allows.
declare -A allowed
while IFS=: read -r folder targets; do
  [[ "$folder" =~ ^# || -z "$folder" ]] || allowed[$folder]="$targets"
done <tools/floors.txt
while IFS=: read -r file line text; do
  [[ "$text" =~ \<aeq/([^\>]+)\> ]] || continue
  target="${BASH_REMATCH[1]%%/*}"
  here="${file#include/aeq/}"
  here="${here%%/*}"
  here="${here/%.ipp/.hpp}" target="${target/%.ipp/.hpp}"
  [[ "$target" == "$here" || "$target" == config.hpp || "$target" == version.hpp ]] && continue
  if [[ -z "${allowed[$here]+set}" ]]; then
    complain "$file:$line: $here has no line in tools/floors.txt"
  elif [[ " ${allowed[$here]} " != *" $target "* ]]; then
    complain "$file:$line: $here may not include $target; allowed:${allowed[$here]:- nothing}"
  fi
done < <(grep -rn '#include <aeq/' include)

# Only io/ calls the operating system: elsewhere it would have to be said once more for each of them.
system_headers='unistd|fcntl|poll|dirent|dlfcn|io|direct|process|pthread|sched|signal|termios|pwd|spawn|(sys|linux|mach|arpa|net|netinet)/[a-z_/]+|[Ww]indows|winsock2?|shellapi|shlobj|psapi'
while IFS=: read -r file line text; do
  case "$file" in include/aeq/io/* | include/aeq/execute/litert*) continue ;; esac
  complain "$file:$line: ${text#\#} asks the operating system; io/ does that (io/system.hpp, io/console.hpp)"
done < <(grep -rnE "^ *# *include <(($system_headers)\.h|csignal)>" include tools examples)

# Heads, guards, and what headers leave to their users.
for file in $(git ls-files 'include/*.[hi]pp' 'tools/*.hpp' 'tools/*.cpp' 'tests/*.hpp' 'tests/*.cpp' 'examples/*.cpp' 'bench/*.cpp'); do
  head -n 3 "$file" | grep -q 'SPDX-License-Identifier: Apache-2.0' || complain "$file: the first lines must hold the SPDX licence"
  [[ "$file" == *.[hi]pp ]] && ! grep -q '^#pragma once' "$file" && complain "$file: #pragma once is missing"
  [[ "$file" == include/* ]] && grep -n 'using namespace' "$file" && complain "$file: no using namespace in a header"
done
while read -r lines file; do
  [[ "$file" == total ]] || [[ "$lines" -le 600 ]] || complain "$file: $lines lines; a file is one room, of about 500"
done < <(git ls-files 'include/*.[hi]pp' 'tools/*.cpp' | xargs wc -l)

# Definitions: x.hpp includes x.ipp, last and where AEQ_DEFINITIONS is 1; nobody else does.
for file in $(git ls-files 'include/*.ipp'); do
  header="${file%.ipp}.hpp"
  name="${file#include/}"
  [[ -f "$header" ]] || complain "$file: $header is missing, which declares what this defines"
  grep -q "^#include <${name%.ipp}.hpp>$" "$file" || complain "$file: must include its own declarations, <${name%.ipp}.hpp>"
  [[ "$(grep -lx "#include <$name>" src/compiled/*.cpp | wc -l)" -eq 1 ]] ||
    complain "$file: exactly one file of src/compiled/ must include <$name>"
  [[ -f "$header" && "$(tail -n 3 "$header")" != "#if AEQ_DEFINITIONS"$'\n'"#include <$name>"$'\n'"#endif" ]] &&
    complain "$header: must end with #if AEQ_DEFINITIONS, #include <$name>, #endif"
done
while IFS=: read -r file line text; do
  own="${file#include/}"
  [[ "$text" == *"<${own%.hpp}.ipp>"* ]] || complain "$file:$line: includes definitions; include their .hpp"
done < <(grep -rnE '^ *# *include <aeq/.*\.ipp>' include tools tests examples bench)

# With AEQ_SEPARATE_COMPILATION no header includes a library or the system's headers, nor one of ours whose head says
# "Inside: ", which is for definitions only. (Asked of the compiler, who knows which conditions hold.)
is_inside() { head -n 8 "$1" | grep -q '^// Inside: '; }
declarations="$(
  for file in $(git ls-files 'include/*.hpp'); do
    is_inside "$file" || echo "#include <${file#include/}>"
  done | "${CXX:-c++}" -std=c++20 -DAEQ_SEPARATE_COMPILATION=1 -Iinclude -E -dI -x c++ - | awk '
    /^# [0-9]+ "/ { line = $2; file = $3; gsub(/"/, "", file); next }
    /^#include / && file ~ /^include\/aeq\// { print file ":" line ":" $2 }
    { ++line }'
)"
[[ -n "$declarations" ]] || complain "AEQ_SEPARATE_COMPILATION: the headers can't be preprocessed"
while IFS=: read -r file line target; do
  [[ "$target" =~ ^\<[a-z0-9_]+\>$ ]] || is_inside "$file" && continue
  [[ "$target" == "<aeq/"* ]] && ! is_inside "include/${target//[<>]/}" && continue
  complain "$file:$line: includes $target with AEQ_SEPARATE_COMPILATION too; include it in an .ipp"
done < <(sort -u <<<"$declarations")

# Macros are undefined by the header that defines them; settings live in config.hpp and version.hpp.
while IFS=: read -r file line text; do
  name="$(sed -E 's/^ *# *define +([A-Z_0-9]+).*/\1/' <<<"$text")"
  case "$file" in include/aeq/config.hpp | include/aeq/version.hpp) continue ;; esac
  [[ "$name" == AEQ_HAS_* ]] && continue
  grep -q "^ *# *undef $name\$" "$file" || complain "$file:$line: $name is not undefined at the end of the header"
done < <(grep -rnE '^ *# *define +[A-Z_0-9]+' include)

# Requirements have a concept, a sentence, a row in the docs and a test each.
tools/lint_requirements.sh >/dev/null || complain "$(tools/lint_requirements.sh)"

# The version is in one place.
version="$(sed -nE 's/^#define AEQ_VERSION_(MAJOR|MINOR|PATCH) ([0-9]+)$/\2/p' include/aeq/version.hpp | paste -sd.)"
grep -q "^## $version" CHANGELOG.md || complain "CHANGELOG.md: has no section \"## $version\""

# Package files that no build reads.
if command -v python3 >/dev/null; then
  tools/lint_packages.py || bad=1
else
  echo "package files: skipped, python3 is not installed"
fi

# Format, by the version that the files were formatted with.
format="$(command -v clang-format-14 || command -v clang-format || true)"
if [[ -n "$format" && "$("$format" --version)" == *"version 14."* ]]; then
  # (--dry-run of version 14 also complains of replacing a comment by itself.)
  for file in $(git ls-files '*.[hi]pp' '*.cpp' ':!single_include'); do
    "$format" "$file" | cmp -s - "$file" || complain "$file: differs from .clang-format; run $format -i $file"
  done
else
  echo "format: skipped, clang-format 14 is not installed"
fi

# Bugs that a compiler does not see.
tidy="$(command -v clang-tidy-14 || command -v clang-tidy || true)"
if [[ -n "$tidy" ]]; then
  # (It fails where it finds errors: what it says counts, not its exit code.)
  found="$("$tidy" --quiet tools/lint_all_headers.cpp -- -std=c++20 -Iinclude 2>/dev/null | grep -E 'warning:|error:' || true)"
  if [[ -n "$found" ]]; then
    echo "$found"
    complain "clang-tidy: see above"
  fi
else
  echo "clang-tidy: skipped, it is not installed"
fi

[[ "$bad" -eq 0 ]] && echo "lints: clean"
exit "$bad"
