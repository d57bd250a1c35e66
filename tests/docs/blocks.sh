# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# What the code blocks of Markdown pages are, for the scripts beside this file. CONTRIBUTING.md tells writers.

# The values of a mark, a line for each time it is there; fails if it is not there.
mark() { # KEY MARKS
  local one found=1
  local -a all
  IFS=$'\037' read -r -a all <<<"$2"
  for one in "${all[@]}"; do
    case "$one" in
      "$1: "*) echo "${one#*: }" && found=0 ;;
      "$1") found=0 ;;
    esac
  done
  return $found
}

# The file of this repository that the first line of a block names as a comment; nothing if it names none.
excerpt_of() { # FILE ROOT
  local named
  named="$(sed -nE '1s/^(#|\/\/) ([a-zA-Z0-9_./-]+)$/\2/p' "$1")"
  if [[ -n "$named" && -f "$2/$named" ]]; then echo "$named"; fi
}

# What is done with a block: one of the kinds below. Fails where nothing says it.
#
#   recipe     JSON that `aeq recipe check` takes without a warning
#   policy     JSON that `--policy` takes
#   statistics JSON that `--stats` takes
#   commands   commands behind "$ ", run one by one; output that is shown is compared
#   script     commands for sh, run as one
#   function   C++ that is compiled and run, within a function
#   namespace  C++ that is compiled, and seen by the functions after it
#   program    C++ that is compiled and run, with a main() of its own
#   output     what the block above prints
#   message    what a compiler says; docs/compiler_messages compares it
#   excerpt    part of the file that its first line, a comment, names
#   covered    a test that is named does it
#   unrun      a reason is given
#   picture    nothing to run; the names of recipes in it exist
kind_of() { # LANGUAGE MARKS FILE ROOT
  local wrap
  if mark test "$2" >/dev/null; then echo covered && return 0; fi
  if [[ -n "$(excerpt_of "$3" "$4")" ]]; then echo excerpt && return 0; fi
  case "$1" in
    json) echo recipe ;;
    json_policy) echo policy ;;
    json_statistics) echo statistics ;;
    console | sh)
      if mark "not run" "$2" >/dev/null; then
        echo unrun
      elif [[ "$1" == console ]]; then
        echo commands
      else
        echo script
      fi
      ;;
    cpp)
      if wrap="$(mark wrap "$2")"; then
        case "$wrap" in
          main | "main, continued") echo function ;;
          namespace) echo namespace ;;
          *) return 1 ;;
        esac
      elif grep -qE '^int main\(' "$3"; then
        echo program
      else
        return 1
      fi
      ;;
    text)
      if mark output "$2" >/dev/null; then
        echo output
      elif mark picture "$2" >/dev/null; then
        echo picture
      elif mark message "$2" >/dev/null; then
        echo message
      else
        return 1
      fi
      ;;
    *) return 1 ;;
  esac
}

# Lists the blocks of a page as LINE|KIND|LANGUAGE|MARKS and puts each into FOLDER/LINE. Fails, after saying why, if one
# of them is nothing that can be tested.
list_blocks() { # ROOT PAGE FOLDER
  local line language marks kind bad=0 listed
  listed="$(awk -v folder="$3" -v page="$2" -f "$1/tests/docs/blocks.awk" "$1/$2")" || bad=1
  [[ -n "$listed" ]] || return $bad
  while IFS="|" read -r line language marks; do
    if kind="$(kind_of "$language" "$marks" "$3/$line" "$1")"; then
      echo "$line|$kind|$language|$marks"
    else
      echo "$2:$line: nothing says how to test this block (language $language${marks:+, marks $marks});" \
        "CONTRIBUTING.md has the ways" >&2
      bad=1
    fi
  done <<<"$listed"
  return $bad
}
