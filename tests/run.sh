#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Builds aeq and runs all its tests; the last line is "N passed, N failed, N skipped".
#
#   tests/run.sh          one compiler; under 15 minutes on 2 cores
#   tests/run.sh --full   also clang, sanitizers, exact arithmetic under -O3 -mfma, lints, longer fuzzing, packages
#
# Build folders go to $AEQ_BUILD_DIR (build/ beside this folder's parent by default).
set -uo pipefail
cd "$(dirname "$0")/.."

full=false
case "${1:-}" in
  "") ;;
  --full) full=true ;;
  *) sed -n '4,9s/^# \{0,1\}//p' "$0"; exit 2 ;;
esac

builds="${AEQ_BUILD_DIR:-build}"
jobs="$(nproc)"
passed=0 failed=0 skipped=0
failures=()

if $full; then tools/setup.sh --full; else tools/setup.sh; fi || exit 1

launcher=()
command -v ccache >/dev/null && launcher=(-DCMAKE_CXX_COMPILER_LAUNCHER=ccache)

say() { printf '\n== %s (%s s)\n' "$1" "$SECONDS"; }

# One check that is a command of its own: counts as one test.
check() { # NAME COMMAND...
  local name="$1"
  shift
  say "$name"
  if "$@"; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    failures+=("$name")
  fi
}

# Configures and builds; a failure counts as one failed test.
build() { # FOLDER TARGET CMAKE_ARGUMENTS...
  local folder="$1" target="$2"
  shift 2
  say "building $folder ($*)"
  if ! { cmake -S . -B "$builds/$folder" "${launcher[@]}" "$@" >"$builds/$folder.log" 2>&1 &&
    cmake --build "$builds/$folder" --target "$target" -j "$jobs" >>"$builds/$folder.log" 2>&1; }; then
    grep -E 'error|Error' "$builds/$folder.log" | cut -c1-400 | head -n 20
    echo "see $builds/$folder.log"
    failed=$((failed + 1))
    failures+=("building $folder")
    return 1
  fi
}

# Runs the tests of a build and adds up what ctest says.
run() { # FOLDER [CTEST_ARGUMENTS...]
  local folder="$1" log="$builds/$1.tests.log" line
  shift
  say "tests of $folder"
  (cd "$builds/$folder" && ctest -j "$jobs" --output-on-failure "$@") >"$log" 2>&1
  line="$(grep -E '[0-9]+% tests passed, [0-9]+ tests failed out of [0-9]+' "$log" || true)"
  if [[ ! "$line" =~ passed,\ ([0-9]+)\ tests\ failed\ out\ of\ ([0-9]+) ]]; then
    tail -n 20 "$log"
    failed=$((failed + 1))
    failures+=("tests of $folder did not run")
    return
  fi
  local bad="${BASH_REMATCH[1]}" all="${BASH_REMATCH[2]}" left_out
  left_out="$(grep -cE '\*\*\*Skipped|\*\*\*Not Run \(Disabled\)' "$log" || true)"
  failed=$((failed + bad))
  skipped=$((skipped + left_out))
  passed=$((passed + all - bad - left_out))
  echo "$((all - bad - left_out)) passed, $bad failed, $left_out skipped"
  if [[ "$bad" -gt 0 ]]; then
    failures+=("$bad tests of $folder, see $log")
    grep -E '\*\*\*(Failed|Timeout|Exception)' "$log" | head -n 20
  fi
}

mkdir -p "$builds"
quick=(-LE '^slow$')
if $full; then all=(); else all=("${quick[@]}"); fi
# (-O2 builds faster than Release's -O3, and what it builds is as fast.)
optimized=(-DCMAKE_BUILD_TYPE=Release "-DCMAKE_CXX_FLAGS_RELEASE=-O2 -DNDEBUG")
if build release all "${optimized[@]}"; then run release "${all[@]}"; fi

if $full; then
  clang="$(command -v clang++ || ls /usr/bin/clang++-* 2>/dev/null | sort -V | tail -n 1)"
  if build clang all "${optimized[@]}" -DCMAKE_CXX_COMPILER="$clang"; then run clang "${quick[@]}"; fi
  if build sanitized aeq_tests -DCMAKE_BUILD_TYPE=None "-DCMAKE_CXX_FLAGS=-O1 -g1" -DCMAKE_CXX_COMPILER="$clang" \
    -DAEQ_SANITIZE=address,undefined -DAEQ_BUILD_EXAMPLES=OFF; then
    run sanitized -E '^(compile_fail|tools|examples|consumers|linking|docs|single_header)/'
  fi
  for compiler in g++ "$clang"; do
    name="fma-$(basename "$compiler")"
    if build "$name" aeq_exact_tests -DCMAKE_BUILD_TYPE=None -DCMAKE_CXX_FLAGS="-O3 -mfma -mavx2" \
      -DCMAKE_CXX_COMPILER="$compiler" -DAEQ_BUILD_EXAMPLES=OFF -DAEQ_BUILD_TOOLS=OFF; then
      check "exact arithmetic under -O3 -mfma, $compiler" "$builds/$name/tests/aeq_exact_tests" --minimal
    fi
  done
  check "every header compiles alone" cmake --build "$builds/release" --target aeq_headers_alone -j "$jobs"
  if build release aeq_single_header_suites "${optimized[@]}"; then
    check "the suite against the single header" tests/single_header/run.sh "$builds/release"
  fi
  # Compile errors are read by people who have other compilers: those that are here.
  for compiler in $(compgen -c | grep -E '^(g|clang)\+\+-[0-9]+$' | sort -Vu); do
    case "$(readlink -f "$(command -v "$compiler")")" in
      "$(readlink -f "$(command -v g++)")" | "$(readlink -f "$clang")") continue ;;  # tested above
    esac
    check "compile errors of $compiler" tests/compile_fail/run.sh "$compiler"
  done
  check "lints" tools/lint.sh
  check "faults, often" tests/tools/faults.sh "$builds/release/tools/aeq" "$builds/release/tests/tools/aeq_make_large" --full
  check "limits, large" "$builds/release/tests/tools/aeq_limits" "$builds/release/tools/aeq" --large
  seconds="${AEQ_FUZZ_SECONDS:-40}"
  if build fuzz aeq_fuzzers -DCMAKE_BUILD_TYPE=RelWithDebInfo -DCMAKE_CXX_COMPILER="$clang" -DAEQ_BUILD_FUZZERS=ON \
    -DAEQ_BUILD_TESTS=OFF -DAEQ_BUILD_TOOLS=OFF -DAEQ_BUILD_EXAMPLES=OFF; then
    for target in execute model npz recipe policy statistics quantize; do
      check "fuzzing $target for $seconds s" tests/fuzz/run.sh "$builds/fuzz/tests/fuzz/fuzz_$target" "$target" "$seconds"
    done
  fi
fi

echo
for failure in "${failures[@]}"; do echo "FAILED: $failure"; done
echo "$passed passed, $failed failed, $skipped skipped"
[[ "$failed" -eq 0 && "$passed" -gt 0 ]]
