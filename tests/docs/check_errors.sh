#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Every error code has a text, a line and commands in docs/errors.md that provoke it (which docs/blocks/docs/errors.md
# runs), a line in the tool's help, and tests of the library and of the tool.
#
#   check_errors.sh ROOT
set -uo pipefail
cd "$1" || exit 1
count=0 bad=0
need() { # WHAT COMMAND...
  "${@:2}" >/dev/null && return
  echo "$code, $name: $1"
  bad=$((bad + 1))
}
while read -r name code; do
  count=$((count + 1))
  need "name_of in io/error.hpp does not know it" grep -q "case error_code::$name: return \"" include/aeq/io/error.hpp
  need "docs/errors.md has no line of it" grep -qE "^\| $code \| \`$name\` \| .+ \|$" docs/errors.md
  need "docs/errors.md does not provoke it" grep -qE "^\\$ .*# exit code $code$" docs/errors.md
  if grep -rq "error(error_code::$name\b" include; then
    need "no test of the library expects it" grep -rqE "error_code::$name\b" tests --include=*.cpp --include=*.hpp
  fi
  need "tests/tools/run_cli_tests.sh does not provoke it" grep -qE "^ *gives $code " tests/tools/run_cli_tests.sh
done < <(sed -nE '/^enum class error_code/,/^};/s/^ *([a-z_]+) = ([0-9]+).*/\1 \2/p' include/aeq/io/error.hpp)
texts="$(sed -n '/exit_codes{/,/};/p' tools/aeq/command_line.hpp | grep -o '"[^"]*"' | wc -l)"
[[ "$texts" -eq $((count + 1)) ]] || { echo "tools/aeq/command_line.hpp explains $texts exit codes of $((count + 1))"; bad=$((bad + 1)); }
echo "$count codes, $bad gaps"
[[ "$count" -gt 0 && "$bad" -eq 0 ]]
