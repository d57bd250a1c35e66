#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Writes the C++ blocks of pages as source files, in which compilers name the page and its line.
#
#   cpp_blocks.sh ROOT FOLDER PAGE...
#
# FOLDER/blocks.cpp is one program: a namespace per page, and in it what is marked `wrap: namespace` as it is, and what
# is marked `wrap: main` as a function, which sees what stands above it. Its argument is PAGE:LINE, the function to run.
# A block that has a main() becomes FOLDER/program_NAME.cpp. The names of the programs are printed.
set -uo pipefail
root="$1" folder="$2"
shift 2
# shellcheck source=/dev/null
source "$root/tests/docs/blocks.sh"
name_of() { tr -c 'a-zA-Z0-9\n' _ <<<"$1"; }

blocks="$(mktemp -d)"
trap 'rm -rf "$blocks"' EXIT
mkdir -p "$folder"
includes="" bodies="" calls="" programs="" bad=0
for page in "$@"; do
  rm -rf "${blocks:?}"/*
  list="$(list_blocks "$root" "$page" "$blocks")" || bad=1
  open="" # the function that is being written
  inside=""
  while IFS="|" read -r line kind _ marks; do
    code="#line $((line + 1)) \"$page\""$'\n'
    [[ "$kind" =~ ^(function|namespace|program)$ ]] || continue
    if [[ "$kind" == program ]]; then
      program="program_$(name_of "$page:$line")"
      { echo "$code"; cat "$blocks/$line"; } >"$blocks/made"
      cmp -s "$blocks/made" "$folder/$program.cpp" || cp "$blocks/made" "$folder/$program.cpp"
      programs+="$program "
      continue
    fi
    includes+="$(grep '^#include' "$blocks/$line" || true)"$'\n'
    code+="$(sed 's/^#include.*//' "$blocks/$line")"$'\n'
    if [[ "$(mark wrap "$marks" || true)" == "main, continued" ]]; then
      [[ -n "$open" ]] || { echo "$page:$line: continues no block" >&2; bad=1; }
      inside+="$code"
      continue
    fi
    [[ -z "$open" ]] || inside+="}"$'\n'
    open=""
    if [[ "$kind" == function ]]; then
      open="line_$line"
      inside+="void $open() {"$'\n'
      calls+="    if (wanted == \"$page:$line\") return page_$(name_of "$page")::$open(), 0;"$'\n'
    fi
    inside+="$code"
  done <<<"$list"
  [[ -z "$open" ]] || inside+="}"$'\n'
  [[ -z "$inside" ]] || bodies+="namespace page_$(name_of "$page") {"$'\n'"$inside}"$'\n'
done
{
  echo "// The C++ blocks of the documentation; tests/docs/cpp_blocks.sh writes this."
  { echo "#include <aeq/aeq.hpp>"; echo "#include <iostream>"; echo "#include <string_view>"; echo "$includes"; } |
    grep . | sort -u
  echo "$bodies"
  echo "int main(int count, char** words) {"
  echo "  const std::string_view wanted = count == 2 ? words[1] : \"\";"
  echo "  try {"
  echo "$calls"
  echo "  } catch (const aeq::error& problem) {"
  echo "    std::cerr << problem.what() << '\\n';"
  echo "    return static_cast<int>(problem.code());"
  echo "  }"
  echo "  std::cerr << \"no block \" << wanted << '\\n';"
  echo "  return 2;"
  echo "}"
} >"$blocks/made"
cmp -s "$blocks/made" "$folder/blocks.cpp" || cp "$blocks/made" "$folder/blocks.cpp"
echo "$programs"
exit $bad
