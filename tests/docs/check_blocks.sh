#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Does what the code blocks of a Markdown page say, in their order and in one folder, and compares what they show.
#
#   check_blocks.sh ROOT PAGE AEQ CPP_FOLDER CTEST     (in the folder of the build)
#
# The folder is a temporary one. It holds model.tflite and digits.tflite (both the digits model), and copies of
# examples/, recipes/ and tools/; AEQ is on the PATH, and $corpus is the folder of the test corpus. CPP_FOLDER has the
# programs made of the C++ blocks (cpp_blocks.sh). CTEST lists the tests of this build.
#
# How output is compared: standard output, then standard error; a line "..." stands for any lines, and a time such as 0.003 s for any time. A command must
# exit with 0, or with N where its comment says "exit code N".
set -uo pipefail
root="$(realpath "$1")" page="$2" aeq="$(realpath "$3")" cpp="$(realpath "$4")" ctest="$5"
# shellcheck source=/dev/null
source "$root/tests/docs/blocks.sh"
[[ -x "$aeq" ]] || { echo "SKIPPED: $aeq is not built"; exit 0; }

blocks="$(mktemp -d)"
work="$(mktemp -d)"
trap 'rm -rf "$blocks" "$work"' EXIT
list="$(list_blocks "$root" "$page" "$blocks")" || exit 1
if [[ -z "$list" ]]; then
  echo "$page: 0 blocks"
  exit 0
fi
tests_of_build="$("$ctest" -N 2>/dev/null | sed -n 's/^ *Test *#[0-9]*: //p')"
cd "$work" || exit 1
cp -r "$root/examples" "$root/recipes" "$root/tools" .
cp examples/digits/digits.tflite .
cp digits.tflite model.tflite
export corpus="$root/tests/corpus"
PATH="$(dirname "$aeq"):$PATH"

bad=0 compared=0
wrong() { # LINE TEXT
  echo "$page:$1: $2"
  bad=$((bad + 1))
}

times() { sed -E 's/[0-9]+\.[0-9]{3} s/N.NNN s/g'; }

# What is printed is what is shown, but for times and the lines "...".
compare() { # LINE SHOWN_FILE PRINTED_FILE
  local pattern
  compared=$((compared + 1))
  pattern="$(times <"$2" | sed -E '/^\.\.\.$/!s/[^a-zA-Z0-9 ]/\\&/g; s/^\.\.\.$/*/')"
  # shellcheck disable=SC2053  # a pattern on purpose
  if [[ "$(times <"$3")" != $pattern ]]; then
    wrong "$1" "shows another output than there is:"
    diff -u --label shown --label printed "$2" "$3" | head -n 40
  fi
}

run_commands() { # LINE: "$ " is a command, what follows is its output
  local number="$1" text command="" at="$1" code wanted going_on=false
  finish() {
    [[ -n "$command" ]] || return 0
    wanted=0
    [[ "$command" =~ \#.*exit\ code\ ([0-9]+) ]] && wanted="${BASH_REMATCH[1]}"
    code=0
    bash -c "$command" >"$blocks/printed" 2>"$blocks/said" </dev/null || code=$?
    cat "$blocks/said" >>"$blocks/printed"
    if [[ "$code" -ne "$wanted" ]]; then
      wrong "$at" "exit code $code, not $wanted: $command"
      head -n 20 "$blocks/printed"
    elif [[ -s "$blocks/shown" ]]; then
      compare "$at" "$blocks/shown" "$blocks/printed"
    fi
    command=""
  }
  while IFS= read -r text; do
    number=$((number + 1))
    if $going_on; then
      command+=$'\n'"$text"
    elif [[ "$text" == '$ '* ]]; then
      finish
      command="${text#??}" at="$number"
      : >"$blocks/shown"
    elif [[ -z "$command" ]]; then
      wrong "$number" "an output before the first command, which begins with \"$ \""
      return
    else
      echo "$text" >>"$blocks/shown"
    fi
    [[ "$command" == *\\ && ! -s "$blocks/shown" ]] && going_on=true || going_on=false
  done <"$blocks/$1"
  [[ -n "$command" ]] || wrong "$1" "no command"
  finish
}

# Commands that are not run are at least commands, and the files that they name are there.
parse_only() { # LINE
  local file
  sed -n '/^\$ /!{/^\$/!{p;d}}; s/^\$ //p' "$blocks/$1" >"$blocks/script"
  bash -n "$blocks/script" || wrong "$1" "no command of bash"
  while read -r file; do
    [[ -e "$root/$file" ]] || wrong "$1" "there is no $file"
  done < <(grep -oE '^(tools|tests|examples|bench)/[a-z_/]+\.(sh|py)' "$blocks/script")
}

last_printed=""
while IFS="|" read -r line kind language marks; do
  if before="$(mark before "$marks")"; then
    bash -euc "$before" >"$blocks/before" 2>&1 </dev/null || wrong "$line" "fails: $before: $(cat "$blocks/before")"
  fi
  if file="$(mark file "$marks")"; then cp "$blocks/$line" "$file"; fi
  case "$kind" in
    recipe | policy | statistics)
      [[ -n "$file" ]] || cp "$blocks/$line" "${file:=block.json}"
      case "$kind" in
        recipe) call=(recipe check "$file" --strict) ;;
        policy) call=(recipe check dynamic_wi8_afp32 --policy "$file") ;;
        statistics) call=(quantize digits.tflite --recipe dynamic_wi8_afp32 --stats "$file" -o /dev/null) ;;
      esac
      said="$(aeq "${call[@]}" 2>&1)" || wrong "$line" "$said"
      ;;
    commands) run_commands "$line" ;;
    script)
      bash -eu "$blocks/$line" >"$blocks/printed" 2>&1 </dev/null || wrong "$line" "fails: $(cat "$blocks/printed")"
      last_printed="$blocks/printed"
      ;;
    unrun) parse_only "$line" ;;
    function | program)
      [[ "$(mark wrap "$marks")" == "main, continued" ]] && continue
      if [[ "$kind" == function ]]; then
        call=("$cpp/aeq_docs_blocks" "$page:$line")
      else
        call=("$cpp/aeq_docs_program_$(tr -c 'a-zA-Z0-9\n' _ <<<"$page:$line")")
      fi
      "${call[@]}" >"$blocks/printed" 2>&1 </dev/null || wrong "$line" "fails: $(cat "$blocks/printed")"
      last_printed="$blocks/printed"
      ;;
    namespace) ;; # compiled with the functions
    output)
      if [[ -n "$last_printed" ]]; then
        compare "$line" "$blocks/$line" "$last_printed"
      else
        wrong "$line" "is an output, but nothing above it prints"
      fi
      ;;
    excerpt)
      named="$(excerpt_of "$blocks/$line" "$root")"
      [[ "$(<"$root/$named")" == *"$(tail -n +2 "$blocks/$line")"* ]] || wrong "$line" "this is not in $named"
      ;;
    covered)
      IFS=, read -r -a names <<<"$(mark test "$marks")"
      for name in "${names[@]}"; do
        grep -qxF "${name# }" <<<"$tests_of_build" || wrong "$line" "there is no test ${name# }"
      done
      if [[ "$language" == sh ]]; then parse_only "$line"; fi
      ;;
    picture)
      for name in $(grep -oE '\<(dynamic|weight_only|static|default)_[a-z0-9_]+' "$blocks/$line" | sort -u); do
        said="$(aeq recipe show "$name" 2>&1)" || wrong "$line" "$said"
      done
      ;;
  esac
done <<<"$list"
echo "$page: $(cut -d'|' -f2 <<<"$list" | sort | uniq -c | sed 's/^ *//' | paste -sd, | sed 's/,/, /g')," \
  "$compared outputs compared, $bad wrong"
[[ "$bad" -eq 0 ]]
