#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# What including aeq costs: processor seconds and peak memory of the compiler at -O2, as a table in Markdown.
#
#   bench/compile_time.sh [--runs N] [--check] [--examples NAMES] [COMPILER...]
#
# COMPILER is g++ and clang++ if none is named, NAMES all examples; with names, commas between, it is those. Of N runs
# (1 if not given) the quickest counts. Seconds are the compiler's own, user and system; what else the machine does slows
# them a little all the same, so measure when it is idle. --check exits with 1 if a limit is passed: 1 s for <aeq/kernels.hpp>, 30 s and 1.5 GB for an example that has
# <aeq/aeq.hpp> header-only. Needs GNU time (Debian: apt-get install time).
set -euo pipefail
cd "$(dirname "$0")/.."

runs=1
check=false
names=""
compilers=()
while [[ $# -gt 0 ]]; do
  case "$1" in
    --runs) runs="${2:-}"; shift ;;
    --check) check=true ;;
    --examples) names="${2:-}"; shift ;;
    -*) sed -n '4,12s/^# \{0,1\}//p' "$0"; exit 2 ;;
    *) compilers+=("$1") ;;
  esac
  shift
done
[[ "$runs" =~ ^[1-9][0-9]*$ ]] || { echo "--runs $runs: a number is wanted"; exit 2; }
[[ ${#compilers[@]} -gt 0 ]] || compilers=(g++ clang++)
[[ -x /usr/bin/time ]] || { echo "GNU time is missing: apt-get install time"; exit 2; }

scratch="$(mktemp -d)"
trap 'rm -rf "$scratch"' EXIT
echo '#include <aeq/kernels.hpp>' >"$scratch/kernels.cpp"
echo '#include <aeq/aeq.hpp>' >"$scratch/aeq.cpp"

# Prints "SECONDS MEGABYTES" of the quickest run.
measure() { # COMPILER SOURCE FLAGS...
  local compiler="$1" source="$2" i
  shift 2
  for ((i = 0; i < runs; ++i)); do
    /usr/bin/time -f '%U %S %M' -o "$scratch/time" "$compiler" -std=c++20 -O2 -Iinclude "$@" -c "$source" -o "$scratch/o.o" || exit 1
    awk '{ printf "%.2f %.0f\n", $1 + $2, $3 * 1024 / 1e6 }' "$scratch/time"
  done | sort -n | head -n 1
}

failures=()
row() { # WHAT SOURCE MOST_SECONDS FLAGS...; MOST_SECONDS 0: no limit
  local what="$1" source="$2" most="$3" compiler result seconds megabytes
  shift 3
  printf '| %s ' "$what"
  for compiler in "${compilers[@]}"; do
    result="$(measure "$compiler" "$source" "$@")"
    read -r seconds megabytes <<<"$result"
    printf '| %.1f s | %s MB ' "$seconds" "$megabytes"
    if [[ "$most" != 0 ]] && awk "BEGIN { exit !($seconds > $most || $megabytes > 1500) }"; then
      failures+=("$what, $compiler: $seconds s, $megabytes MB; at most $most s and 1500 MB are wanted")
    fi
  done
  printf '|\n'
}

printf '| source file '
printf '| %s, time | memory ' "${compilers[@]}"
printf '|\n|---'
for compiler in "${compilers[@]}"; do printf '|---|---'; done
printf '|\n'
mapfile -t examples < <(grep -l '^#include <aeq/aeq.hpp>' examples/*/main.cpp)
if [[ -n "$names" ]]; then
  examples=()
  for name in ${names//,/ }; do
    [[ -f "examples/$name/main.cpp" ]] || { echo "--examples $name: there is no examples/$name/main.cpp"; exit 2; }
    examples+=("examples/$name/main.cpp")
  done
fi
row '`#include <aeq/kernels.hpp>`' "$scratch/kernels.cpp" 1
row '`#include <aeq/aeq.hpp>`' "$scratch/aeq.cpp" 30
for example in "${examples[@]}"; do
  name="${example#examples/}"
  row "\`examples/${name%/main.cpp}\`" "$example" 30
done
row '`#include <aeq/aeq.hpp>`, separate' "$scratch/aeq.cpp" 0 -DAEQ_SEPARATE_COMPILATION=1
for example in "${examples[@]}"; do
  name="${example#examples/}"
  row "\`examples/${name%/main.cpp}\`, separate" "$example" 0 -DAEQ_SEPARATE_COMPILATION=1
done
for room in src/compiled/*.cpp; do
  row "\`$room\`" "$room" 0 -DAEQ_SEPARATE_COMPILATION=1 -DAEQ_LINKS_BOOST_JSON=1
done

$check || exit 0
for failure in "${failures[@]}"; do echo "$failure"; done
[[ ${#failures[@]} -eq 0 ]]
