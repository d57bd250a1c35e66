#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# A bounded run of a fuzz target: run.sh PROGRAM TARGET SECONDS [FOLDER]. It starts from our corpus, and from the models
# of the larger one where that is at hand (../../shared/conformance beside the repository, or in $AEQ_SHARED), and from
# the same seed each time. Fails on any finding and shows it. With FOLDER, what it learns is kept there for the next run,
# which then starts from another seed.
set -euo pipefail
program="$1" target="$2" seconds="$3" kept="${4:-}"
here="$(cd "$(dirname "$0")" && pwd)"
shared="${AEQ_SHARED:-$here/../../../shared}"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
mkdir "$work/seeds" "$work/learnt" "$work/findings"
longest=65536

models() { # with the larger corpus, where it is
  ls "$here"/../corpus/models/*.tflite
  [[ ! -d "$shared/conformance/models" ]] || find "$shared/conformance/models" -name '*.tflite' -size -60k | sort
}
quantized_ops() { # a model each
  ls "$here"/../execute/golden/*.tflite
  [[ ! -d "$shared/spec/kernel_models" ]] || find "$shared/spec/kernel_models" -name '*.tflite' -size -60k | sort
}
byte() { printf "\\x$(printf '%02x' "$1")"; }

case "$target" in
  model) while read -r file; do cp "$file" "$work/seeds/$(basename "$file")"; done < <(models) ;;
  execute) while read -r file; do cp "$file" "$work/seeds/$(basename "$file")"; done < <(models && quantized_ops) ;;
  recipe)
    cp "$here"/../corpus/recipes/*.json "$work/seeds"
    cp "$here"/../../recipes/*.json "$work/seeds" # may replace one of the same name
    ;;
  policy) cp "$here"/seeds/policy/* "$work/seeds" ;;
  statistics)
    for file in "$here"/../corpus/statistics/*.json.gz; do
      gunzip -c "$file" | head -c "$longest" >"$work/seeds/$(basename "$file" .gz)"
    done
    ;;
  npz) # each with a byte that chooses the inputs of the model (npz.cpp)
    i=0
    for file in "$here"/../corpus/calibration/*.npz "$here"/../../examples/digits/digits_calibration.npz; do
      { byte $((i % 4)); cat "$file"; } >"$work/seeds/$i.npz"
      i=$((i + 1))
    done
    ;;
  quantize) # each model with a named recipe and with one as text, all in turn (quantize.cpp tells the layout)
    recipes=("$here"/../corpus/recipes/*.json)
    i=0
    while read -r file; do
      { byte $((i % 256)); byte $((i % 128)); cat "$file"; } >"$work/seeds/$i.named"
      text="${recipes[i % ${#recipes[@]}]}"
      length="$(stat -c %s "$text")"
      { byte $((i % 256)); byte 255; byte $((length % 256)); byte $((length / 256)); cat "$text" "$file"; } >"$work/seeds/$i.text"
      i=$((i + 1))
    done < <(models)
    ;;
  *) echo "no target $target"; exit 2 ;;
esac

dictionary="$here/$target.dict"
[[ -e "$dictionary" ]] || dictionary="$here/model.dict"
learnt="$work/learnt" seed=1
if [[ -n "$kept" ]]; then
  mkdir -p "$kept"
  learnt="$kept" seed=0
fi
status=0
"$program" -seed="$seed" -max_total_time="$seconds" -timeout=120 -rss_limit_mb=4096 -max_len="$longest" \
  -dict="$dictionary" -artifact_prefix="$work/findings/" -print_final_stats=1 "$learnt" "$work/seeds" \
  >"$work/log" 2>&1 || status=$?
grep -E 'stat::number_of_executed_units|ERROR|SUMMARY' "$work/log" || true
if [[ "$status" -ne 0 ]]; then
  tail -n 40 "$work/log"
  for finding in "$work"/findings/*; do
    [[ -e "$finding" ]] || continue
    [[ -z "$kept" ]] || cp "$finding" "$kept/.."
    echo "$(basename "$finding"):" && base64 -w 0 "$finding" | head -c 4000 && echo
  done
fi
exit "$status"
