#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Installs what building aeq needs, as far as it is missing.
#
#   tools/setup.sh             to build and test
#   tools/setup.sh --full      also sanitizers, fuzzing, formatting, linting, and what tests packages
#   tools/setup.sh --platforms also the compilers and emulators for the other platforms of tests/platforms/run.sh
#   tools/setup.sh --firmware  also a cross compiler for Cortex-M and QEMU's boards
#   tools/setup.sh --bench     also the benchmarks
#   tools/setup.sh --dry-run   says what it would do, and does nothing
#
# On Debian 12 and Ubuntu 24.04 (or anything newer with apt) it installs with
# apt, elsewhere it says what to install. Python packages go to python/ and platforms/python/
# in the build folder ($AEQ_BUILD_DIR, else build), and nowhere else. Exit codes: 0 all there (or --dry-run),
# 1 something is missing and could not be installed, 2 wrong usage.

set -euo pipefail

need_gcc=12
need_cmake=3.25
need_boost=1.81

full=false
bench=false
firmware=false
platforms=false
dry_run=false
for argument in "$@"; do
  case "$argument" in
    --full) full=true ;;
    --bench) bench=true ;;
    --firmware) firmware=true ;;
    --platforms) platforms=true ;;
    --dry-run) dry_run=true ;;
    -h | --help)
      sed -n '4,17s/^# \{0,1\}//p' "$0"
      exit 0
      ;;
    *)
      echo "setup.sh: unknown option $argument (--help shows them)" >&2
      exit 2
      ;;
  esac
done

fail() {
  printf 'setup.sh: %s\n' "$@" >&2
  exit 1
}

at_least() { # VERSION MINIMUM
  [[ "$(printf '%s\n%s\n' "$2" "$1" | sort -V | head -n 1)" == "$2" ]]
}

# What each thing is called without apt, for the message on other systems.
explain() {
  cat <<END
aeq needs, to build:
  a C++20 compiler        g++ >= $need_gcc, or a clang of the same age
  CMake >= $need_cmake, and make or ninja (ccache is used where present)
  FlatBuffers >= 2.0.8    headers
  Boost >= $need_boost           with the JSON library
  zlib                    headers and library
  CLI11, doctest          headers
with --full:  clang with its sanitizer and fuzzer runtimes, clang-format, clang-tidy, zsh, mandoc, Meson, ninja,
              pkg-config, python3 with venv
with --platforms: cross compilers for s390x, i686, 64-bit Windows (MinGW-w64), aarch64 and armhf, QEMU's user mode,
              Wine, clang 16 and 19, musl and more (ziglang)
with --firmware: a cross compiler for arm-none-eabi with newlib and libstdc++, QEMU's boards for Arm
with --bench: Google Benchmark, Eigen 3, python3 with venv
END
}

# ---------------------------------------------------------------------------
# What is missing: tools are looked for by running them and headers by their
# file, so that hand-made installations count and a complete machine is fast.
# ---------------------------------------------------------------------------

missing=() # names of needs, see package_of

have() { command -v "$1" >/dev/null 2>&1; }

header() { # FILE: in the usual folders, and in those the user named
  local folder
  local -a folders=(/usr/include /usr/local/include /opt/homebrew/include)
  local -a named=()
  IFS=: read -r -a named <<<"${CPATH:-}:${CPLUS_INCLUDE_PATH:-}"
  for folder in "${folders[@]}" "${named[@]}"; do
    [[ -n "$folder" && -e "$folder/$1" ]] && printf '%s\n' "$folder/$1" && return 0
  done
  return 1
}

compiler_is_new() {
  local version
  if have g++; then
    version=$(g++ -dumpfullversion 2>/dev/null || echo 0)
    at_least "$version" "$need_gcc" && return 0
  fi
  have "g++-$need_gcc" || have g++-13 || have g++-14
}

cmake_is_new() {
  have cmake && at_least "$(cmake --version | sed -n '1s/[^0-9]*//p')" "$need_cmake"
}

boost_is_new() {
  local file number
  file=$(header boost/version.hpp) || return 1
  header boost/json.hpp >/dev/null || return 1
  number=$(sed -n 's/^#define BOOST_VERSION \([0-9]*\).*/\1/p' "$file")
  at_least "$((number / 100000)).$((number / 100 % 1000))" "$need_boost"
}

clang_runtime_is_there() { # libFuzzer comes in the same package as the sanitizers
  local library
  library=$(clang -print-file-name=libclang_rt.fuzzer-"$(uname -m)".a 2>/dev/null) || return 1
  [[ -e "$library" ]] && return 0
  library=$(clang -print-runtime-dir 2>/dev/null) || return 1
  compgen -G "$library/libclang_rt.fuzzer*.a" >/dev/null
}

arm_library_is_there() {
  echo '#include <span>' | arm-none-eabi-g++ -std=c++20 -x c++ -fsyntax-only - 2>/dev/null
}

find_missing() {
  missing=()
  compiler_is_new || missing+=(compiler)
  cmake_is_new || missing+=(cmake)
  have make || have ninja || missing+=(make)
  header flatbuffers/flatbuffers.h >/dev/null || missing+=(flatbuffers)
  boost_is_new || missing+=(boost)
  header zlib.h >/dev/null || missing+=(zlib)
  header CLI/CLI.hpp >/dev/null || missing+=(cli11)
  header doctest/doctest.h >/dev/null || missing+=(doctest)
  if $full; then
    have clang++ || missing+=(clang)
    clang_runtime_is_there || missing+=(clang_runtime)
    have clang-format || missing+=(clang_format)
    have clang-tidy || missing+=(clang_tidy)
    have zsh || missing+=(zsh)
    have mandoc || missing+=(mandoc)
    have meson || missing+=(meson)
    have ninja || missing+=(ninja)
    have pkg-config || missing+=(pkg_config)
  fi
  # (Elsewhere than on x86-64 distributions have other sets of cross compilers.)
  if [[ "$(uname -m)" == x86_64 ]] && $platforms; then
    have s390x-linux-gnu-g++ || missing+=(cross_s390x)
    have i686-linux-gnu-g++ || missing+=(cross_i386)
    have x86_64-w64-mingw32-g++-posix || missing+=(cross_mingw)
    have qemu-s390x || missing+=(qemu)
    have aarch64-linux-gnu-g++ || missing+=(cross_aarch64)
    have arm-linux-gnueabihf-g++ || missing+=(cross_armhf)
    have wine64 || [[ -x /usr/lib/wine/wine64 ]] || missing+=(wine)
    have clang++-16 || missing+=(clang_16)
    have clang++-19 || missing+=(clang_19)
  fi
  if $firmware; then
    have arm-none-eabi-g++ || missing+=(cross_arm)
    arm_library_is_there || missing+=(cross_arm_library)
    have qemu-system-arm || missing+=(qemu_arm)
  fi
  if $bench; then
    header benchmark/benchmark.h >/dev/null || missing+=(benchmark)
    header eigen3/Eigen/Core >/dev/null || missing+=(eigen)
  fi
  if $full || $platforms || $bench; then
    have python3 || missing+=(python)
    python3 -c 'import ensurepip' 2>/dev/null || missing+=(python_venv)
  fi
}

# Package managers that tests/consumers runs, and compilers for platforms, in folders of their own. Without them those
# tests say that they are skipped, so that a machine that can't have them is no failure.
python_packages() {
  cd "$(dirname "${BASH_SOURCE[0]}")/.."
  if $full; then python_folder python packaging/requirements.txt; fi
  if $platforms; then python_folder platforms/python tests/platforms/requirements.txt; fi
}

python_folder() { # FOLDER REQUIREMENTS
  local folder="${AEQ_BUILD_DIR:-build}/$1" wanted="$2"
  cmp -s "$wanted" "$folder/requirements.txt" && return 0
  echo "aeq: will put into $folder: $(grep -v '^#' "$wanted" | paste -sd' ')"
  $dry_run && return 0
  rm -rf "$folder"
  mkdir -p "$(dirname "$folder")"
  if python3 -m venv "$folder" && "$folder/bin/python3" -m pip install --quiet --disable-pip-version-check -r "$wanted"; then
    cp "$wanted" "$folder"
  else
    echo "setup.sh: these Python packages could not be had; tests that use them will be skipped" >&2
    rm -rf "$folder"
  fi
}

find_missing
if ((${#missing[@]} == 0)); then
  python_packages
  echo "aeq: everything needed is installed"
  exit 0
fi

# ---------------------------------------------------------------------------
# Installing it
# ---------------------------------------------------------------------------

system="$(uname -s)"
release=
if [[ -r /etc/os-release ]]; then
  # shellcheck source=/dev/null
  system=$(. /etc/os-release && echo "${PRETTY_NAME:-$ID}")
  # shellcheck source=/dev/null
  release=$(. /etc/os-release && echo "${ID:-}-${VERSION_ID:-}")
fi

if ! have apt-get; then
  echo "setup.sh: $system has no apt; missing here: ${missing[*]}" >&2
  explain >&2
  exit 1
fi

case "$release" in
  ubuntu-22.04)
    fail "Ubuntu 22.04 is too old: its Boost is 1.74, without JSON (>= $need_boost needed), and its" \
      "CMake 3.22 (>= $need_cmake needed). Use Ubuntu 24.04 or Debian 12, or a container of one of" \
      "them, or put newer ones in /usr/local; missing here: ${missing[*]}"
    ;;
  debian-11 | debian-10 | ubuntu-20.04 | ubuntu-18.04)
    fail "$system is too old for a C++20 compiler with Boost >= $need_boost." \
      "Use Debian 12 or Ubuntu 24.04; missing here: ${missing[*]}"
    ;;
esac

as_root=()
if ((EUID != 0)) && have sudo; then
  as_root=(sudo)
fi

# The oldest Boost that is new enough: plain libboost-dev is too old on Debian
# 12 (1.74), and which versioned ones there are depends on the distribution.
boost_packages() {
  local version
  while read -r version; do
    if at_least "$version" "$need_boost"; then
      echo "libboost$version-dev libboost-json$version-dev"
      return 0
    fi
  done < <(apt-cache pkgnames libboost-json | sed -n 's/^libboost-json\([0-9.]\{1,\}\)-dev$/\1/p' | sort -V)
  return 1
}

# The runtimes for the clang that the plain package stands for: 14 on Debian
# 12, 18 on Ubuntu 24.04. One that is installed already comes first.
clang_runtime_package() {
  local version=
  if have clang; then
    version=$(clang -dumpversion)
  else
    version=$(apt-cache depends clang 2>/dev/null | sed -n 's/^ *Depends: clang-\([0-9]*\)$/\1/p')
  fi
  [[ -n "$version" ]] && echo "libclang-rt-${version%%.*}-dev"
}

package_of() {
  case "$1" in
    compiler) echo g++ ;;
    cmake) echo cmake ;;
    make) echo make ;;
    flatbuffers) echo libflatbuffers-dev ;;
    boost) boost_packages ;;
    zlib) echo zlib1g-dev ;;
    cli11) echo libcli11-dev ;;
    doctest) echo doctest-dev ;;
    clang) echo clang ;;
    clang_runtime) clang_runtime_package ;;
    clang_format) echo clang-format ;;
    clang_tidy) echo clang-tidy ;;
    meson) echo meson ;;
    ninja) echo ninja-build ;;
    pkg_config) echo pkg-config ;;
    python) echo python3 ;;
    zsh) echo zsh ;;
    mandoc) echo mandoc ;;
    benchmark) echo libbenchmark-dev ;;
    eigen) echo libeigen3-dev ;;
    cross_s390x) echo g++-s390x-linux-gnu ;;
    cross_aarch64) echo g++-aarch64-linux-gnu ;;
    cross_armhf) echo g++-arm-linux-gnueabihf ;;
    cross_i386) echo g++-i686-linux-gnu ;;
    cross_mingw) echo g++-mingw-w64-x86-64-posix ;;
    qemu) echo qemu-user ;;
    cross_arm) echo gcc-arm-none-eabi ;;
    cross_arm_library) echo libnewlib-arm-none-eabi libstdc++-arm-none-eabi-newlib ;;
    qemu_arm) echo qemu-system-arm ;;
    wine) echo wine64 ;;
    clang_16) echo clang-16 ;;
    clang_19) echo clang-19 ;;
    python_venv) echo python3-venv ;;
  esac
}

choose_packages() {
  local need names
  packages=()
  for need in "${missing[@]}"; do
    names=$(package_of "$need") || return 1
    # shellcheck disable=SC2206  # several names on purpose
    packages+=($names)
  done
}

run() {
  echo "+ $*"
  $dry_run || "$@"
}

apt_get=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get)

echo "aeq: missing here ($system): ${missing[*]}"
packages=()
if choose_packages; then
  echo "aeq: will install ${packages[*]}"
elif $dry_run; then
  echo "aeq: apt's lists are missing or old; the packages are chosen after apt-get update"
  exit 0
else
  echo "aeq: will update apt's lists, then choose the packages"
fi
if ! $dry_run && ((EUID != 0)) && ((${#as_root[@]} == 0)); then
  fail "not root, and no sudo: let root run it"
fi

run "${apt_get[@]}" update -q
if ! $dry_run; then
  announced=${packages[*]}
  choose_packages || fail "apt does not know what is needed (Boost >= $need_boost with JSON?) on $system"
  [[ "${packages[*]}" == "$announced" ]] || echo "aeq: will install ${packages[*]}"
fi
# --no-remove: the development packages of two Boosts exclude each other, and
# whether the older one may go is not for a script to decide.
if ! run "${apt_get[@]}" install -y -q --no-install-recommends --no-remove "${packages[@]}"; then
  fail "apt could not install them; if it would have removed something (another Boost), remove that first"
fi
if $dry_run; then
  python_packages
  exit 0
fi

find_missing
if ((${#missing[@]} != 0)); then
  echo "setup.sh: still missing or too old after installing: ${missing[*]}" >&2
  explain >&2
  exit 1
fi
python_packages
echo "aeq: everything needed is installed"
