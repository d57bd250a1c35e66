#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# A bounded run of a fuzz target from our corpus: run.sh PROGRAM TARGET SECONDS. Fails on any finding and shows it.
set -euo pipefail
program="$1" target="$2" seconds="$3"
here="$(cd "$(dirname "$0")" && pwd)"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
mkdir "$work/corpus" "$work/findings"
case "$target" in
  model) cp "$here"/../corpus/models/*.tflite "$work/corpus" ;;
  recipe)
    cp "$here"/../corpus/recipes/*.json "$work/corpus"
    cp "$here"/../../recipes/*.json "$work/corpus" # may replace one of the same name
    cp "$here"/seeds/recipe/* "$work/corpus"
    ;;
esac
status=0
"$program" -seed=1 -max_total_time="$seconds" -timeout=120 -rss_limit_mb=4096 -max_len=65536 -dict="$here/$target.dict" \
  -artifact_prefix="$work/findings/" -print_final_stats=1 "$work/corpus" >"$work/log" 2>&1 || status=$?
grep -E 'stat::number_of_executed_units|ERROR|SUMMARY' "$work/log" || true
if [[ "$status" -ne 0 ]]; then
  tail -n 40 "$work/log"
  for finding in "$work"/findings/*; do
    [[ -e "$finding" ]] && echo "$(basename "$finding"):" && base64 -w 0 "$finding" | head -c 4000 && echo
  done
fi
exit "$status"
