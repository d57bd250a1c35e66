#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Makes the single headers from include/aeq: single_include/aeq/aeq.hpp and single_include/aeq/kernels.hpp.
#
#   tools/amalgamate.sh              writes them
#   tools/amalgamate.sh --check      compares them with what it would write; exit code 1 if they differ
#
# Every file is pasted once, where it is first included. Definitions (*.ipp) are collected behind all declarations, in
# one block that AEQ_DEFINITIONS switches. The result depends on nothing but the files' text.
set -euo pipefail
cd "$(dirname "$0")/.."

check=false
case "${1:-}" in
  "") ;;
  --check) check=true ;;
  *) sed -n '4,10s/^# \{0,1\}//p' "$0"; exit 2 ;;
esac

amalgamate() { # UMBRELLA: to standard output
  awk -v umbrella="$1" '
    function fail(what) { print "amalgamate.sh: " what >"/dev/stderr"; failed = 1; exit 1 }

    function read_lines(name, lines,   file, line, count) {
      file = "include/aeq/" name
      count = 0
      while ((getline line <file) > 0) lines[++count] = line
      close(file)
      if (count == 0) fail(file " is not there, or empty")
      return count
    }

    # What one line includes of ours ("model/reader.hpp"), or "".
    function ours(line) {
      if (line !~ /^#include <aeq\/[^>]+>/) return ""
      sub(/^#include <aeq\//, "", line)
      sub(/>.*$/, "", line)
      return line
    }

    # A header from elsewhere is included once per block: what an enclosing block has need not be said again.
    function known(header,   depth) {
      for (depth = 0; depth <= block; ++depth) if ((depth, header) in included) return 1
      included[block, header] = 1
      return 0
    }
    function leave_block(   key, parts) {
      for (key in included) {
        split(key, parts, SUBSEP)
        if (parts[1] == block) delete included[key]
      }
      --block
    }

    function paste(name,   lines, count, i, target, conditions, blank, tell) {
      if (name in pasted) return
      pasted[name] = 1
      count = read_lines(name, lines)
      conditions = 0
      tell = 1
      blank = 1
      for (i = 1; i <= count; ++i) {
        if (lines[i] ~ /^#pragma once/ || lines[i] ~ /^\/\/ SPDX-License-Identifier/) continue
        if (lines[i] == "#if AEQ_DEFINITIONS" && ours(lines[i + 1]) ~ /\.ipp$/ && lines[i + 2] == "#endif") {
          definitions[++definition_count] = ours(lines[i + 1])
          i += 2
          continue
        }
        if ((target = ours(lines[i])) != "") {
          if (target ~ /\.ipp$/) fail("include/aeq/" name ":" i ": a definition stands outside of #if AEQ_DEFINITIONS")
          if (target in pasted) continue
          if (conditions > 0 && name != umbrella) {
            fail("include/aeq/" name ":" i ": " target " is met first inside of #if; include it unconditionally")
          }
          paste(target)
          tell = 1
          continue
        }
        if (lines[i] ~ /^# *if/) {
          ++conditions
          if (name == umbrella) ++block
        }
        if (lines[i] ~ /^# *endif/) {
          --conditions
          if (name == umbrella) {
            # Behind the declarations of the block that has them: their definitions.
            paste_definitions()
            leave_block()
          }
        }
        if (conditions == (name == umbrella ? block : 0) && lines[i] ~ /^#include </ && known(lines[i])) continue
        if (lines[i] == "" && blank) continue
        if (tell) {
          print "\n// ---- aeq/" name
          tell = 0
          blank = lines[i] == ""
          if (blank) continue
        }
        blank = lines[i] == ""
        print lines[i]
      }
    }

    function paste_definitions(   i) {
      if (definition_count == 0) return
      print "\n#if AEQ_DEFINITIONS"
      ++block
      # (A definition may include insides that have definitions of their own.)
      for (i = 1; i <= definition_count; ++i) paste(definitions[i])
      leave_block()
      print "\n#endif  // AEQ_DEFINITIONS"
      definition_count = 0
    }

    BEGIN {
      block = 0
      print "// SPDX-License-Identifier: Apache-2.0"
      print "// All of <aeq/" umbrella "> in one file, made from include/aeq by tools/amalgamate.sh. Do not edit."
      print "#pragma once"
      if (umbrella == "aeq.hpp") {
        print "\n#ifndef AEQ_SINGLE_KERNELS"
        print "#define AEQ_SINGLE_KERNELS"
        paste("kernels.hpp")
        print "\n#endif  // AEQ_SINGLE_KERNELS"
      } else {
        print "\n#ifndef AEQ_SINGLE_KERNELS"
        print "#define AEQ_SINGLE_KERNELS"
      }
      paste(umbrella)
      if (umbrella != "aeq.hpp") print "\n#endif  // AEQ_SINGLE_KERNELS"
      # Nothing may be left out: every file of include/aeq is in aeq.hpp.
      if (umbrella == "aeq.hpp") {
        while (("find include/aeq -name \"*.[hi]pp\"" | getline line) > 0) {
          sub(/^include\/aeq\//, "", line)
          if (!(line in pasted)) fail("include/aeq/" line " is not reached from aeq.hpp")
        }
      }
    }
  ' </dev/null | cat -s
}

status=0
for umbrella in aeq.hpp kernels.hpp; do
  target="single_include/aeq/$umbrella"
  made="$(mktemp)"
  trap 'rm -f "$made"' EXIT
  amalgamate "$umbrella" >"$made"
  if $check; then
    cmp -s "$made" "$target" || { echo "$target is not what include/aeq makes; run tools/amalgamate.sh"; status=1; }
  else
    mkdir -p single_include/aeq
    cmp -s "$made" "$target" || cp "$made" "$target"
    chmod 644 "$target"
  fi
  rm -f "$made"
done
exit "$status"
