#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The table of a page that stands below <!-- modes -->: each command is run on the digits model, and what comes out is
# compared with the table: types of the input and the output, and how many operators are quantized.
#
#   check_modes.sh AEQ PAGE
set -uo pipefail
aeq="$1" page="$2"
here="$(cd "$(dirname "$0")" && pwd)"
digits="$here/../../examples/digits"
[[ -x "$aeq" ]] || { echo "SKIPPED: $aeq is not built"; exit 0; }
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
bad=0 rows=0
while IFS="|" read -r _ mode words edges ops _; do
  words="${words//\`/}" edges="${edges// /}" ops="${ops// /}"
  rows=$((rows + 1))
  # shellcheck disable=SC2086
  if ! "$aeq" quantize "$digits/digits.tflite" ${words//STATS/$digits/digits_statistics.json} --overwrite \
    -o "$work/out.tflite" >"$work/out" 2>"$work/err"; then
    echo "$mode: $(cat "$work/err")"
    bad=$((bad + 1))
    continue
  fi
  found="$("$aeq" inspect "$work/out.tflite" | awk '
    ($1 == "input" || $1 == "output") && $2 ~ /^[0-9]+$/ { for (i = 1; i <= NF; ++i) if ($i ~ /^(FLOAT32|U?INT(8|16))$/) print tolower($i) }' |
    paste -sd,)"
  quantized="$(sed -n 's/ of 10 operators quantized//p' "$work/out")"
  [[ "$found" == "$edges" && "$quantized" == "$ops" ]] && continue
  echo "$mode: $page says $edges and $ops, aeq $found and $quantized"
  bad=$((bad + 1))
done < <(awk '/^<!-- modes -->$/ { here = 1; next } here && /^$/ { exit } here && /--recipe/' "$page")
[[ "$rows" -gt 0 ]] || { echo "$page has no table of modes"; exit 1; }
echo "$rows modes, $bad wrong"
[[ "$bad" -eq 0 ]]
