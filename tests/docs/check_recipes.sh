#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Every JSON block of a page is a recipe that loads without a warning. A block that begins with ```json policy is a
# policy and is loaded as one.
#
#   check_recipes.sh AEQ PAGE
set -uo pipefail

aeq="$1" page="$2"
if [[ ! -x "$aeq" ]]; then
  echo "SKIPPED: $aeq is not built"
  exit 0
fi
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT

# recipe.LINE.json and policy.LINE.json, by the line that the block begins in.
awk -v folder="$folder" '
  /^ *```json/ { file = folder "/" ($2 == "policy" ? "policy" : "recipe") "." NR ".json"; next }
  /^ *```/     { file = ""; next }
  file != ""   { print > file }
' "$page"

count=0 bad=0
for file in "$folder"/*.json; do
  [[ -e "$file" ]] || break
  count=$((count + 1))
  case "$file" in
    */policy.*) call=(recipe check dynamic_wi8_afp32 --policy "$file") ;;
    *) call=(recipe check "$file" --strict) ;;
  esac
  if ! said="$("$aeq" "${call[@]}" 2>&1)"; then
    line="${file%.json}"
    echo "$page:${line##*.}: $said"
    bad=$((bad + 1))
  fi
done
echo "$count blocks, $bad of them bad"
[[ "$count" -gt 0 && "$bad" -eq 0 ]]
