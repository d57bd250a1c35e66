# SPDX-License-Identifier: Apache-2.0
# Cross compiling for Cortex-M and running in QEMU: functions for the scripts that source this. $board is this folder.
#
# shellcheck shell=bash

cores=(m0plus m4 m7 m55)

# Says why the tests can't run here; nothing if they can.
missing_tools() {
  local tool
  for tool in arm-none-eabi-g++ qemu-system-arm; do
    command -v "$tool" >/dev/null || { echo "no $tool (tools/setup.sh --firmware)"; return; }
  done
  echo '#include <span>' | arm-none-eabi-g++ -std=c++20 -x c++ -fsyntax-only - 2>/dev/null ||
    echo "no C++ library for arm-none-eabi (tools/setup.sh --firmware)"
}

# (Cortex-M0+ has no machine in QEMU: its instructions are run by a Cortex-M3, which has them all.)
flags_of() { # CORE
  case "$1" in
    m0plus) echo "-mcpu=cortex-m0plus -mthumb -mfloat-abi=soft" ;;
    m4) echo "-mcpu=cortex-m4 -mthumb -mfloat-abi=hard -mfpu=fpv4-sp-d16" ;;
    m7) echo "-mcpu=cortex-m7 -mthumb -mfloat-abi=hard -mfpu=fpv5-d16" ;;
    m55) echo "-mcpu=cortex-m55 -mthumb -mfloat-abi=hard" ;;
  esac
}
machine_of() { # CORE
  case "$1" in
    m0plus) echo mps2-an385 ;;
    m4) echo mps2-an386 ;;
    m7) echo mps2-an500 ;;
    m55) echo mps3-an547 ;;
  esac
}
memory_of() { # CORE: where code and data lie
  local size=4M
  [[ "$1" == m55 ]] && size=512K
  echo "-Wl,--defsym=code_origin=0x0,--defsym=code_size=$size,--defsym=data_origin=0x20000000,--defsym=data_size=$size"
}

bare=(-std=c++20 -ffreestanding -fno-exceptions -fno-rtti -fno-threadsafe-statics -ffunction-sections -fdata-sections
  -Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wshadow -Wno-psabi -Werror)

# Compiles and links a program with our start-up code; no C library but the libraries that are named.
build_for() { # CORE OUTPUT ARGUMENTS...
  local core="$1" output="$2"
  shift 2
  # shellcheck disable=SC2046  # several flags
  arm-none-eabi-g++ $(flags_of "$core") "${bare[@]}" -I"$board/../../../include" -I"$board/.." "$@" "$board/start.cpp" \
    -nostartfiles -nostdlib -T "$board/cortex_m.ld" $(memory_of "$core") -Wl,--gc-sections "${libraries[@]}" -lgcc -o "$output"
}
libraries=()

# The program's output; the exit code is main's.
run_on() { # CORE PROGRAM QEMU_ARGUMENTS...
  local core="$1" program="$2"
  shift 2
  timeout 300 qemu-system-arm -M "$(machine_of "$core")" -nographic -semihosting-config enable=on,target=native "$@" \
    -kernel "$program"
}

# As run_on; instructions between the first calls of count_begin and count_end go to stderr: "instructions N".
count_on() { # CORE PROGRAM FOLDER
  local core="$1" program="$2" folder="$3" begin end
  [[ -e "$folder/libcount.so" ]] ||
    "${CXX:-g++}" -std=c++17 -O2 -fPIC -shared "$board/count_instructions.cpp" -o "$folder/libcount.so" || return
  begin="0x$(arm-none-eabi-nm "$program" | awk '$3 == "count_begin" { print $1 }')"
  end="0x$(arm-none-eabi-nm "$program" | awk '$3 == "count_end" { print $1 }')"
  run_on "$core" "$program" -plugin "$folder/libcount.so,begin=$begin,end=$end"
}
