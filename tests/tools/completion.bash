#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# What bash would offer: sets the words of a command line as bash does, and looks at COMPREPLY.
#
#   completion.bash AEQ FILE
set -uo pipefail
aeq="$(realpath "$1")"
file="$(realpath "$2")"
[[ -x "$aeq" ]] || { echo "SKIPPED: $aeq is not built"; exit 0; }
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
mkdir "a folder" bin
touch net.tflite n.json net.json.gz notes.txt
ln -s "$aeq" bin/aeq
PATH="$work/bin:$PATH"
# shellcheck source=/dev/null
source "$file" || exit 1

cases=0 bad=0
complete_words() { # WORD...: the last one is being typed
  COMP_WORDS=("$@")
  COMP_CWORD=$(($# - 1))
  COMPREPLY=()
  _aeq
  mapfile -t COMPREPLY < <(printf '%s\n' "${COMPREPLY[@]}" | sort)
}
wrong() {
  echo "${COMP_WORDS[*]}|: $1; offered: ${COMPREPLY[*]}"
  bad=$((bad + 1))
}
offers_only() { # "EXPECTED|EXPECTED" WORD...
  local expected="$1"
  shift
  cases=$((cases + 1))
  complete_words "$@"
  local IFS="|"
  [[ "${COMPREPLY[*]}" == "$expected" ]] || wrong "$expected expected"
}
offers() { # EXPECTED WORD...
  local expected="$1" offered
  shift
  cases=$((cases + 1))
  complete_words "$@"
  for offered in "${COMPREPLY[@]}"; do [[ "$offered" == "$expected" ]] && return; done
  wrong "$expected expected"
}

[[ "$(complete -p aeq 2>&1)" == "complete -F _aeq aeq" ]] || { echo "not registered: $(complete -p aeq 2>&1)"; bad=1; }

# Commands and options.
offers_only "calibrate|diff|export|inspect|quantize|recipe|run|stats|validate" aeq ""
offers_only "quantize" aeq q
offers_only "check|list|show" aeq recipe ""
offers_only "--help|--version|-h" aeq -
offers_only "--recipe" aeq quantize --rec
offers_only "--help|--json|-h" aeq inspect net.tflite ""
offers --max-delta aeq diff net.tflite net.tflite -
offers_only "" aeq recipe list --m
offers --model aeq recipe check n.json --m

# Files by their endings, and folders.
offers_only "a folder|bin|net.tflite" aeq quantize ""
offers_only "net.tflite" aeq inspect n
offers_only "n.json|net.json.gz|net.tflite" aeq diff n
offers_only "n.json|net.json.gz|net.tflite" aeq diff net.tflite n
offers_only "n.json" aeq quantize net.tflite --policy n
offers_only "net.tflite" aeq recipe check n.json --model n
offers_only "net.tflite" aeq quantize --threads 2 --overwrite n
offers_only "a folder" aeq inspect a
offers_only "" aeq quantize net.tflite --threads ""
offers_only "float32|int16|int8|uint8" aeq quantize net.tflite --input-type ""
offers_only "uint8" aeq quantize net.tflite --output-type u
offers_only "c-array" aeq export net.tflite --format ""
offers_only "int16|int8" aeq quantize net.tflite --output-type = i
offers_only "$work/net.tflite" aeq inspect "$work/ne"

# Recipes: all that `aeq recipe list` has, by whatever way the option is written.
known="$("$aeq" recipe list | sed -n '/^$/q; s/ .*//p' | sort | paste -sd'|')"
[[ "$known" == *"|dynamic_wi8_afp32|"* ]] || { echo "aeq recipe list: $known"; bad=$((bad + 1)); }
rm n.json
rmdir "a folder"
rm -r bin
PATH="$(dirname "$aeq"):$PATH"
offers_only "$known" "$aeq" quantize net.tflite --recipe ""
offers_only "$known" "$aeq" quantize net.tflite -r ""
offers_only "$known" "$aeq" quantize net.tflite --recipe "="
offers_only "dynamic_legacy_wi8_afp32" "$aeq" quantize --recipe "=" dynamic_l
offers_only "dynamic_legacy_wi8_afp32" "$aeq" recipe show dynamic_l
offers_only "$known" "$aeq" recipe check ""
offers_only "net.tflite" "$aeq" quantize --recipe "=" dynamic_wi8_afp32 ""
# A scheme that is no recipe of its own.
offers_only "static_wi4_ai16" "$aeq" quantize net.tflite --recipe static_wi4_ai1
# A tool that can't be run offers no recipes, and says nothing.
offers_only "" ./no_such_aeq quantize net.tflite --recipe ""

echo "$cases command lines, $bad wrong"
[[ "$bad" -eq 0 ]]
