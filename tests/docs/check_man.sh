#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# A manual page passes the checks of the readers of manuals that are here: man, groff, mandoc.
#
#   check_man.sh PAGE
set -uo pipefail
page="$1"
checks=0 bad=0

# CHECKER COMMAND...: what a check says is a finding.
check() {
  local said
  checks=$((checks + 1))
  said="$("${@:2}" 2>&1 >/dev/null)"
  [[ -z "$said" ]] && return
  echo "$1: $said"
  bad=$((bad + 1))
}

lint() { # mandoc, without the one complaint that is meant: a generated page has no date
  mandoc -T lint "$page" 2>&1 | grep -v 'WARNING: missing date, using "": TH' >&2
}

if man --version 2>/dev/null | grep -q '^man '; then check man man --warnings -E UTF-8 -l -Tutf8 -Z "$page"; fi
if command -v groff >/dev/null && groff -man -Tutf8 /dev/null >/dev/null 2>&1; then
  check groff groff -ww -b -man -Tutf8 -z "$page"
fi
if command -v mandoc >/dev/null; then check mandoc lint; fi

[[ "$checks" -gt 0 ]] || { echo "SKIPPED: neither man, groff nor mandoc is installed"; exit 0; }
echo "$checks readers, $bad of them complain"
[[ "$bad" -eq 0 ]]
