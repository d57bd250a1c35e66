#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# A requirement lives in four places, and no place has one of its own:
#
#   include/aeq/FOLDER/*.hpp            concept ID
#   include/aeq/FOLDER/requirements.hpp  its sentence "aeq: ID: what is wrong; what to do", broken::ID, a line of the table
#   docs/custom_policies.md              a row | `ID` | what is wrong | what to do |, with the words of the sentence
#   tests/compile_fail/FOLDER            ID.cpp or ID.VARIANT.cpp, whose first line expects "aeq: ID:"
#
# Says what is missing where; exit code 1 if anything is.
set -uo pipefail
cd "$(dirname "$0")/.."
page=docs/custom_policies.md
bad=0
complain() { echo "$1"; bad=1; }

# FOLDER <tab> ID <tab> SENTENCE, from the macros AEQ_ID of the headers.
sentences() {
  for folder in scheme op table; do
    awk -v folder="$folder" '
      function finish() { if (name != "") print folder "\t" tolower(name) "\t" text; name = "" }
      /^#define AEQ_/ { finish(); name = substr($2, 5); text = "" }
      name != "" {
        line = $0
        more = line ~ /\\$/
        sub(/^#define AEQ_[A-Z_0-9]+/, "", line)
        if (match(line, /".*"/)) text = text substr(line, RSTART + 1, RLENGTH - 2)
        if (!more) finish()
      }' "include/aeq/$folder/requirements.hpp"
  done | sed 's/\\"/"/g'
}

declare -A sentence_of folder_of
while IFS=$'\t' read -r folder id sentence; do
  [[ -z "${sentence_of[$id]+set}" ]] || complain "$id: two requirements have this id"
  sentence_of[$id]="$sentence" folder_of[$id]="$folder"
done < <(sentences)
[[ "${#sentence_of[@]}" -gt 0 ]] || complain "include/aeq/*/requirements.hpp: no macro AEQ_ID with a sentence was found"

for id in "${!sentence_of[@]}"; do
  folder="${folder_of[$id]}" sentence="${sentence_of[$id]}" header="include/aeq/${folder_of[$id]}/requirements.hpp"
  [[ "$sentence" == "aeq: $id: "*"; "* ]] ||
    complain "$header: the sentence of $id should read \"aeq: $id: what is wrong; what to do\""
  grep -qE "^concept $id( |$)" "include/aeq/$folder"/*.hpp || complain "include/aeq/$folder: there is no concept $id"
  grep -A 3 "unavailable(AEQ_${id^^})" "$header" | grep -q "bool $id()" || complain "$header: there is no function broken::$id"
  grep -q "{\"$id\", AEQ_${id^^}}" "$header" || complain "$header: the table of requirements lacks $id"
  grep -rq "broken::$id<" include/aeq || complain "$header: nothing calls broken::$id"
  compgen -G "tests/compile_fail/$folder/$id.cpp" >/dev/null || compgen -G "tests/compile_fail/$folder/$id.*.cpp" >/dev/null ||
    complain "tests/compile_fail/$folder: no file $id.cpp or $id.VARIANT.cpp breaks $id"
  # The row's words are the sentence's; code in it stands in backticks.
  rest="${sentence#"aeq: $id: "}"
  row="$(grep -F "| \`$id\` |" "$page" | tr -d '`')"
  [[ "$row" == "| $id | ${rest%%; *} | ${rest#*; } |" ]] ||
    complain "$page: the row of $id should be | \`$id\` | ${rest%%; *} | ${rest#*; } |"
done

while read -r id; do
  [[ -n "${sentence_of[$id]+set}" ]] || complain "$page: the row of $id belongs to no requirement"
done < <(sed -n '/^## Requirements/,$p' "$page" | sed -nE 's/^\| `([a-z_]+)` \| .*\|$/\1/p')

# Files of requirements belong to the one that they are named after; the others (doors) expect some requirement's words.
while read -r file; do
  expected="$(sed -nE '1s|^// EXPECT: .*aeq: (\(?[a-z_\|]+\)?):.*|\1|p' "$file" | tr -d '()')"
  folder="$(basename "$(dirname "$file")")"
  name="$(basename "$file")"
  case "$folder" in
    scheme | op | table)
      [[ "$expected" == "${name%%.*}" ]] || complain "$file: the first line should expect \"aeq: ${name%%.*}:\""
      [[ "${folder_of[${name%%.*}]-}" == "$folder" ]] || complain "$file: include/aeq/$folder has no requirement ${name%%.*}"
      ;;
    *)
      for id in ${expected//|/ }; do
        [[ -n "${sentence_of[$id]+set}" ]] || complain "$file: there is no requirement $id"
      done
      [[ -n "$expected" ]] || complain "$file: the first line should expect \"aeq: ID:\""
      ;;
  esac
done < <(find tests/compile_fail -name '*.cpp' | sort)

[[ "$bad" -eq 0 ]] && echo "requirements: ${#sentence_of[@]}, each with concept, sentence, row and test"
exit "$bad"
