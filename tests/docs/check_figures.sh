#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The table of a page that stands below <!-- figures -->: what each recipe does to the digits model.
#
#   check_figures.sh sizes AEQ PAGE      bytes, share and ops, and that no recipe is left out
#   check_figures.sh accuracy AEQ PAGE   how many images LiteRT classifies right; needs a Python with ai_edge_litert and
#                                        numpy: AEQ_PYTHON, or python3
#   check_figures.sh ranges AEQ PAGE     the table below <!-- ranges -->: methods of calibration, by the same LiteRT
set -uo pipefail
what="$1" aeq="$2" page="$3"
here="$(cd "$(dirname "$0")" && pwd)"
digits="$here/../../examples/digits"
stats="$digits/digits_statistics.json"
[[ -x "$aeq" ]] || { echo "SKIPPED: $aeq is not built"; exit 0; }
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
bad=0
wrong() {
  echo "$1"
  bad=$((bad + 1))
}

# recipe|bytes|share|ops|right, without the ornaments
table="$(awk '
  /^<!-- figures -->$/ { here = 1; next }
  here && /^\| `/ { gsub(/[`,% ]/, ""); sub(/^\|/, ""); sub(/\|$/, ""); print }
  here && /^$/ { exit }
' "$page")"
[[ -n "$table" ]] || { echo "$page has no table of figures"; exit 1; }

if [[ "$what" != sizes ]]; then
  python="${AEQ_PYTHON:-python3}"
  if ! "$python" -c 'import ai_edge_litert.interpreter, numpy' 2>/dev/null; then
    echo "SKIPPED: $python has no ai_edge_litert and numpy; name one that has in AEQ_PYTHON (pip install ai-edge-litert numpy)"
    exit 0
  fi
fi

if [[ "$what" == ranges ]]; then
  rows=0
  while IFS="|" read -r _ recipe method right same noise _; do
    recipe="${recipe//[\` ]/}" method="${method//[\` ]/}"
    rows=$((rows + 1))
    "$aeq" quantize "$digits/digits.tflite" --recipe "$recipe" --data "$digits/digits_calibration.npz" --ranges "$method" \
      -o "$work/out.tflite" --overwrite >/dev/null 2>"$work/err" || wrong "$recipe, $method: $(cat "$work/err")"
    counted="$(TF_CPP_MIN_LOG_LEVEL=3 "$python" "$here/count_right.py" "$digits" "$work/out.tflite" "$digits/digits.tflite" 2>/dev/null)"
    [[ "$counted" == "${right// /} ${same// /} ${noise// /}" ]] ||
      wrong "$recipe, $method: $page says $right, $same, $noise, LiteRT $counted"
  done < <(awk '/^<!-- ranges -->$/ { here = 1; next } here && /^$/ { exit } here && /^\| `/' "$page")
  [[ "$rows" -gt 0 ]] || { echo "$page has no table of ranges"; exit 1; }
  echo "$rows calibrations, $bad wrong"
  [[ "$bad" -eq 0 ]]
  exit
fi

while IFS="|" read -r recipe bytes share ops right; do
  out="$work/$recipe.tflite"
  if ! said="$("$aeq" quantize "$digits/digits.tflite" --recipe "$recipe" --stats "$stats" -o "$out" 2>"$work/err")"; then
    wrong "$recipe: $(cat "$work/err")"
    continue
  fi
  if [[ "$what" == sizes ]]; then
    shown="$(sed -nE '2s/.* -> ([0-9,]+) bytes \(([0-9.]+) %\).*/\1|\2/p; 3s/ of 10 .*/|/p' <<<"$said" | tr -d ',\n')"
    [[ "$shown" == "$bytes|$share$ops|" ]] || wrong "$recipe: $page says $bytes|$share|$ops, aeq $shown"
  else
    counted="$(TF_CPP_MIN_LOG_LEVEL=3 "$python" "$here/count_right.py" "$digits" "$out" 2>/dev/null || echo refused)"
    [[ "$counted" == "$right" ]] || wrong "$recipe: $page says $right right, LiteRT $counted"
  fi
done <<<"$table"

# What the table leaves out says why: another name of one that is there, or a recipe that no op takes.
if [[ "$what" == sizes ]]; then
  for recipe in $("$aeq" recipe list | sed -n '/^$/q; s/ .*//p'); do
    grep -q "^$recipe|" <<<"$table" && continue
    out="$work/$recipe.tflite"
    "$aeq" quantize "$digits/digits.tflite" --recipe "$recipe" --stats "$stats" -o "$out" >"$work/out" 2>/dev/null
    grep -q '^0 of' "$work/out" && continue
    found=false
    for other in "$work"/*.tflite; do
      [[ "$other" != "$out" ]] && cmp -s "$other" "$out" && found=true
    done
    $found || wrong "$recipe: $page does not have it"
  done
fi
echo "$(wc -l <<<"$table") recipes, $bad wrong"
[[ "$bad" -eq 0 ]]
