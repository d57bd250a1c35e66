#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Every block of a page begins with the name of a file of this repository, as a comment, and stands in that file as it is.
#
#   check_packaging.sh PAGE
set -uo pipefail
cd "$(dirname "$0")/../.."
page="$(realpath "$1")"

awk '
  function contents(file,   text, line) {
    text = "\n"
    while ((getline line <file) > 0) text = text line "\n"
    close(file)
    return text
  }
  /^```./ && !inside { inside = 1; begin = NR; file = ""; block = "\n"; next }
  /^```$/ && inside {
    inside = 0
    ++count
    if (index(contents(file), block) == 0) { print FILENAME ":" begin ": this is not in " file; ++bad }
    next
  }
  inside && file == "" { file = $NF; next }
  inside { block = block $0 "\n" }
  END {
    print count + 0 " blocks, " bad + 0 " of them bad"
    exit !(count > 0 && bad + 0 == 0)
  }
' "$page"
