#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# From a fresh clone to quantized models: installs what is missing (tools/setup.sh
# says what), builds the aeq command line, quantizes the digits model with six
# recipes (the static ones, int8 and 16x8, are calibrated on digits), and counts
# how many of 360 other digits each model names right. aeq's engine runs what it
# can run, LiteRT the rest, if the Python package ai-edge-litert is installed.
#
# Everything it makes is in build/quickstart. Run it again as often as you like.

set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."

model=examples/digits/digits.tflite
data=examples/digits/digits_calibration.npz
held_out=(examples/digits/digits_test.npz examples/digits/digits_labels.npy)
recipes=(dynamic_wi8_afp32 dynamic_wi4_afp32 weight_only_wi8_afp32 weight_only_wfp16_afp32 static_wi8_ai8 static_wi8_ai16)
build=build/quickstart
log=$build/build.log
aeq=$build/tools/aeq
accuracy=$build/examples/accuracy

show_log() {
  echo "quickstart.sh: the build failed; the end of $log:" >&2
  tail -n 40 "$log" >&2
  exit 1
}

# The string or number under a key of a flat JSON object on one line.
value() { # KEY JSON
  sed -n 's/.*"'"$1"'":"\{0,1\}\([^",}]*\).*/\1/p' <<<"$2"
}

# "CONV_2D 3, FULLY_CONNECTED 2" from [{"operation":"CONV_2D","scheme":"...","count":3},...]
quantized() { # JSON
  grep -o '{"operation":[^}]*}' <<<"$1" | while read -r entry; do
    echo "$(value operation "$entry") $(value count "$entry")"
  done | paste -s -d , | sed 's/,/, /g'
}

# "358/360 LiteRT" from "358 of 360 right, by LiteRT"; a model that nobody can run is counted.
not_run=0
count_right() { # MODEL
  local said
  if said=$("$accuracy" "$1" "${held_out[@]}" 2>"$build/run.log"); then
    sed 's/ of /\//; s/ right, by the built-in engine/ aeq/; s/ right, by / /' <<<"$said"
  else
    echo "- -"
  fi
}

tools/setup.sh

mkdir -p "$build/models"
echo "building aeq in $build (two or three minutes the first time)"
# -O2 builds faster than Release's -O3, and what it builds is as fast.
settings=(-DCMAKE_BUILD_TYPE=Release "-DCMAKE_CXX_FLAGS_RELEASE=-O2 -DNDEBUG" -DAEQ_BUILD_TESTS=OFF -DAEQ_BUILD_EXAMPLES=ON)
if command -v ccache >/dev/null; then
  settings+=(-DCMAKE_CXX_COMPILER_LAUNCHER=ccache)
fi
SECONDS=0
cmake -S . -B "$build" "${settings[@]}" >"$log" 2>&1 || show_log
cmake --build "$build" --target aeq_tool example_accuracy --parallel "$(nproc)" 2>&1 | tee -a "$log" |
  sed -u -n 's/^\(\[[^]]*\]\) Building CXX object .*\/\(.*\)\.o$/  \1 \2/p' || show_log
echo "built $aeq in $SECONDS s"
echo

row='%-24s %8s %8s %6s %5s %8s %-7s %s\n'
echo "quantizing $model"
# shellcheck disable=SC2059  # the format is a constant
printf "$row" recipe before after ratio ms right "run by" quantized
read -r right runner < <(count_right "$model")
# shellcheck disable=SC2059
printf "$row" "none (floats)" "$(wc -c <"$model")" "" "" "" "$right" "$runner" ""
for recipe in "${recipes[@]}"; do
  needs=()
  if [[ "$recipe" == static_* ]]; then needs=(--data "$data"); fi
  start=${EPOCHREALTIME/[.,]/}
  report=$("$aeq" quantize "$model" --recipe "$recipe" "${needs[@]}" -o "$build/models/digits_$recipe.tflite" --overwrite --json)
  end=${EPOCHREALTIME/[.,]/}
  before=$(value input_bytes "$report")
  after=$(value output_bytes "$report")
  read -r right runner < <(count_right "$build/models/digits_$recipe.tflite")
  if [[ "$right" == - ]]; then not_run=$((not_run + 1)); fi
  # shellcheck disable=SC2059
  printf "$row" "$recipe" "$before" "$after" "$(awk "BEGIN { printf \"%.2f\", $after / $before }")" \
    "$(awk "BEGIN { printf \"%.1f\", ($end - $start) / 1000 }")" "$right" "$runner" "$(quantized "$report")"
done
if [[ "$not_run" -gt 0 ]]; then
  cat <<END

$not_run models were not run: aeq's engine does not have their operators yet, and there is no LiteRT. To see their figures:
  python3 -m venv build/litert && build/litert/bin/pip install ai-edge-litert && VIRTUAL_ENV=build/litert examples/quickstart.sh
END
fi

cat <<END

The models are in $build/models. Three things to try next, in $PWD:
  $aeq inspect $build/models/digits_dynamic_wi8_afp32.tflite
  $aeq recipe check recipes/dynamic_wi4_afp32.json --model $model
  $aeq recipe show weight_only_wi4_afp32 >my_recipe.json   (to change, and give to --recipe)
END
