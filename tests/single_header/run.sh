#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Runs the suites that were built against the single headers, and compares their number of test cases with the suite
# that was built against include/aeq.
#
#   tests/single_header/run.sh BUILD_FOLDER     (targets aeq_tests and aeq_single_header_suites are built)
set -euo pipefail
[[ $# -eq 1 ]] || { sed -n '4,8s/^# \{0,1\}//p' "$0"; exit 2; }
tests="$1/tests"

count() { "$1" --count --no-colors | sed -n 's/.*current filters: //p'; }

many="$(count "$tests/aeq_tests")"
single="$(count "$tests/single_header/aeq_single_header_tests")"
freestanding="$(count "$tests/single_header/aeq_single_header_freestanding_tests")"
if [[ "$many" != "$single" || "$freestanding" -eq 0 ]]; then
  echo "the suite has $many test cases, against the single header it has $single ($freestanding freestanding)"
  exit 1
fi
"$tests/single_header/aeq_single_header_tests" --minimal
"$tests/single_header/aeq_single_header_freestanding_tests" --minimal
echo "against the single header: $single test cases of $many passed, and $freestanding with AEQ_FREESTANDING=1"
