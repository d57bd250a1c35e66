#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The freestanding part for processors without an operating system.
#
#   tests/freestanding/run.sh symbols FOLDER                      what every kernel leaves undefined, per processor
#   tests/freestanding/run.sh golden FOLDER WRITE_HEADER CORE...  golden cases in QEMU; WRITE_HEADER is that program of
#                                                                 examples/firmware, a core m0plus, m4, m7 or m55
#   tests/freestanding/run.sh own FOLDER WRITE_HEADER CORE...     the same with the repository's own cases alone
#
# FOLDER is for what is made. Exit codes: 0 as it should be (or skipped, with a line that begins with "SKIPPED:"),
# 1 not so, 2 wrong usage.
set -uo pipefail

here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
root="$(cd "$here/../.." && pwd)"
board="$root/examples/firmware/board"
# shellcheck source=../../examples/firmware/board/board.sh
source "$board/board.sh"

(($# >= 2)) || { sed -n '4,13s/^# \{0,1\}//p' "$0"; exit 2; }
what="$1" out="$2"
shift 2
mkdir -p "$out" || exit 1

skip() {
  echo "SKIPPED: $1"
  exit 0
}
failed=0
fail() {
  echo "FAILED: $1" >&2
  failed=1
}

# What the compiler itself asks of its surroundings, and its own library.
memory='memcpy|memmove|memset|memcmp'
own='__aeabi_[a-z0-9]+|__gnu_[a-z0-9_]+|__(clz|ctz|popcount|ashl|lshr|ashr|mul|div|udiv|mod|umod)[sd]i[234]'
# The mathematical functions that core/elementary.hpp names.
mathematics="$(sed -n 's/.*__builtin_\([a-z0-9]*\)(.*/\1/p' "$root/include/aeq/core/elementary.hpp" | paste -sd'|')"

undefined_in() { # OBJECT NM
  "$2" -u "$1" | awk '{ print $NF }' | sort -u
}

check_object() { # NAME OBJECT PREFIX ENTRY...: of a compiler's tools with this prefix
  local name="$1" object="$2" prefix="$3" others functions statics size
  others="$(undefined_in "$object" "${prefix}nm" | grep -vE "^($memory|$own|$mathematics)\$" | paste -sd' ')"
  [[ -z "$others" ]] || fail "$name: undefined besides: $others"
  statics="$("${prefix}objdump" -h "$object" | grep -oE '\.(init_array|ctors|tbss|tdata)[^ ]*' | sort -u | paste -sd' ')"
  [[ -z "$statics" ]] || fail "$name: static constructors or thread storage: $statics"
  functions="$(undefined_in "$object" "${prefix}nm" | grep -cE "^($mathematics)\$")"
  size="$("${prefix}size" "$object" | awk 'NR == 2 { print $1 "\t" $2 "\t" $3 }')"
  printf '%-22s %8s %8s %8s   %s mathematical functions\n' "$name" $size "$functions"
}

# What the kernels that need no mathematical function need, after unused code is dropped: the linker says.
check_int8() { # NAME OBJECT LINKER...
  local name="$1" object="$2" needed
  shift 2
  needed="$("$@" -nostdlib -nostartfiles -Wl,--gc-sections,--no-warn-rwx-segments,-e,int8_kernel "$object" -lgcc -o "$out/int8.elf" 2>&1 |
    sed -n "s/.*undefined reference to .\([A-Za-z0-9_]*\).*/\1/p" | sort -u)"
  local others
  others="$(grep -vE "^($memory|$own)?\$" <<<"$needed" | paste -sd' ')"
  if [[ -z "$needed" ]]; then
    fail "$name: the linker does not say what int8 kernels need"
  elif [[ -n "$others" ]]; then
    fail "$name: int8 kernels need $others"
  else
    printf '%-22s %s\n' "$name, int8 kernels" "need $(paste -sd' ' <<<"$needed")"
  fi
}

library_headers() { # CORE: where the C++ library and the C library for it lie
  # shellcheck disable=SC2046  # several flags
  arm-none-eabi-g++ $(flags_of "$1") -x c++ -E -v /dev/null 2>&1 |
    awk '/search starts here/ { on = 1; next } /^End of/ { on = 0 } on && !/gcc\/arm-none-eabi\/[0-9.]*\/include/ { print "-isystem", $1 }'
}

symbols() {
  local core compiler object count=0
  # No op of the interpreter is left out.
  local op
  for op in $(grep -ohE 'op::code::[a-z0-9_]+' "$root"/include/aeq/execute/family/*.hpp | sort -u); do
    [[ "$op" == *::shape* ]] || grep -qE "$op\b" "$root/examples/firmware/plain_kernels.hpp" || fail "examples/firmware/plain_kernels.hpp lacks $op"
  done
  printf '%-22s %8s %8s %8s\n' "bytes of all kernels" code data bss
  if command -v arm-none-eabi-g++ >/dev/null && [[ -z "$(missing_tools)" ]]; then
    for core in "${cores[@]}"; do
      object="$out/every_kernel_$core.o"
      # shellcheck disable=SC2046  # several flags
      if arm-none-eabi-g++ $(flags_of "$core") -Os "${bare[@]}" -I"$root/include" -I"$root/examples/firmware" -c "$here/every_kernel.cpp" -o "$object"; then
        check_object "$core" "$object" arm-none-eabi-
        check_int8 "$core" "$object" arm-none-eabi-g++ $(flags_of "$core")
        count=$((count + 1))
      else
        fail "$core: does not compile"
      fi
      # clang has the other compiler's C++ library.
      command -v clang++ >/dev/null || continue
      object="$out/every_kernel_clang_$core.o"
      # shellcheck disable=SC2046  # several flags
      if clang++ --target=arm-none-eabi $(flags_of "$core") $(library_headers "$core") -Os "${bare[@]}" -Wno-psabi \
        -I"$root/include" -I"$root/examples/firmware" -c "$here/every_kernel.cpp" -o "$object"; then
        check_object "$core, clang" "$object" arm-none-eabi-
        count=$((count + 1))
      else
        fail "$core, clang: does not compile"
      fi
    done
  else
    echo "$(missing_tools): the host's compilers only"
  fi
  for compiler in g++ clang++; do
    command -v "$compiler" >/dev/null || { echo "no $compiler here"; continue; }
    object="$out/every_kernel_$compiler.o"
    if "$compiler" -Os "${bare[@]}" -I"$root/include" -I"$root/examples/firmware" -c "$here/every_kernel.cpp" -o "$object"; then
      check_object "host, $compiler" "$object" ""
      count=$((count + 1))
    else
      fail "host, $compiler: does not compile"
    fi
  done
  echo "$count builds"
}

golden() { # WRITE_HEADER CORE...
  local write_header="$1" shared="${AEQ_SHARED:-$root/../shared}" core said
  shift
  local -a files=("$root/tests/execute/golden/golden.json")
  [[ -z "$(missing_tools)" ]] || skip "$(missing_tools)"
  command -v python3 >/dev/null || skip "no python3"
  if [[ "$what" == golden ]]; then
    [[ -e "$shared/spec/golden_kernels.json" ]] || skip "no spec/golden_kernels.json; name the folder that holds it in AEQ_SHARED"
    files+=("$shared/spec/golden_kernels.json")
  fi
  local names
  names="$(python3 "$here/golden_cases.py" names "${files[@]}")" || exit 1
  # shellcheck disable=SC2086  # a list
  "$write_header" --setup $names >"$out/models.hpp" || exit 1
  python3 "$here/golden_cases.py" cases "${files[@]}" >"$out/cases.hpp" 2>/dev/null || exit 1
  libraries=(-lm -lc)
  for core in "$@"; do
    # -ffp-contract=off: the host's answers come of products that are rounded by themselves.
    if ! build_for "$core" "$out/golden_$core.elf" -Os -ffp-contract=off -isystem "$out" -I"$here" "$here/golden.cpp"; then
      fail "$core: does not build"
      continue
    fi
    said="$(run_on "$core" "$out/golden_$core.elf" 2>&1)" || fail "$core"
    sed "s/^/$core: /" <<<"$said"
  done
}

case "$what" in
  symbols) symbols ;;
  golden | own) (($# >= 2)) || exit 2; golden "$@" ;;
  *) exit 2 ;;
esac
exit "$failed"
