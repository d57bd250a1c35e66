#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# What goes wrong around a run: killed at random moments, no room, folders that vanish, inputs that change, odd files at
# both ends, two runs at once. faults.sh AEQ MAKE_LARGE [--full]; --full kills more often. $AEQ_FAULT_SEED chooses other
# moments. After each fault: the input is as it was, the output is the old one or the new one and whole, nothing else is
# left, the exit code and the words are those of docs/errors.md. Prints how many checks of each kind were made.
set -uo pipefail
aeq="$(realpath "$1")"
make_large="$(realpath "$2")"
kills=30
[[ "${3:-}" == --full ]] && kills=240
RANDOM="${AEQ_FAULT_SEED:-1}"

work="$(mktemp -d)"
mounted=()
clean() {
  local folder
  for folder in "${mounted[@]}"; do umount "$folder" 2>/dev/null; done
  chmod -R u+w "$work" 2>/dev/null
  rm -rf "$work"
}
trap clean EXIT
cd "$work" || exit 1
chmod 755 .
cp "$aeq" aeq && aeq="$work/aeq" # where another user may run it
exec {never}<> <(:)
pause() { read -rt "$1" -u "$never"; } # seconds, without a process

# --- checks ---

failures=0 kind="" kinds=()
declare -A checks
begin() { kind="$1" && kinds+=("$1") && checks[$1]=0; }
skip() { echo "$kind: left out: $*"; }
wrong() { echo "FAILED: $kind: $*"; failures=$((failures + 1)); }
check() { # WORDS COMMAND...
  local words="$1"
  shift
  checks[$kind]=$((checks[$kind] + 1))
  "$@" || wrong "$words"
}
code_is() { [[ "$code" == "$1" ]]; }
same() { cmp -s "$1" "$2"; }
absent() { [[ ! -e "$1" && ! -L "$1" ]]; }
empty_file() { [[ ! -s "$1" ]]; }
one_of() { # FILE FILES...
  local file="$1" other
  shift
  for other in "$@"; do same "$file" "$other" && return 0; done
  return 1
}
holds() { # FOLDER NAME...
  local found wanted=""
  found="$(ls -A "$1" | sort)"
  [[ $# -eq 1 ]] || wanted="$(printf '%s\n' "${@:2}" | sort)"
  [[ "$found" == "$wanted" ]]
}
has_words() { grep -qF -- "$1" err; }
# The message of a failure: one line that names a file.
names() { [[ "$(wc -l <err)" -eq 1 ]] && grep -qF "aeq: error: $1: " err; }

code=0
run() { code=0 && "$@" >out 2>err </dev/null || code=$?; }
quantize() { run "$aeq" quantize "$@"; }
fails() { # CODE FILE WORDS ARGUMENTS...: a run that must fail so, say FILE and WORDS, and print nothing
  local wanted="$1" file="$2" words="$3"
  shift 3
  quantize "$@"
  check "exit code $code, not $wanted: $* ($(head -c 300 err))" code_is "$wanted"
  check "the message does not begin with $file: $(head -c 300 err)" names "$file"
  check "the message does not say \"$words\": $(head -c 300 err)" has_words "$words"
  check "something on standard output: $*" empty_file out
}

recipe=dynamic_wi8_afp32
"$make_large" weights 24 m.tflite
cp m.tflite kept.tflite
quantize m.tflite --recipe $recipe -o new.tflite || exit 1
quantize m.tflite --recipe weight_only_wi8_afp32 -o old.tflite || exit 1
"$make_large" weights 3 other.tflite
quantize other.tflite --recipe $recipe -o other_new.tflite || exit 1
started=$(date +%s%N)
quantize m.tflite --recipe $recipe -o probe.tflite
longest=$((($(date +%s%N) - started) / 1000 + 500)) # microseconds of a run
rm probe.tflite
moment() { printf '0.%06d' $(((RANDOM * 32768 + RANDOM) % longest)); }

untouched() { check "the input is not as it was" same m.tflite kept.tflite; }

# --- killed ---

begin killed
mkdir target
before=0 after=0 behind=0
for ((i = 0; i < kills; ++i)); do
  arguments=(--recipe $recipe)
  [[ $((i % 5)) -eq 0 ]] && arguments+=(--sync)
  [[ $((i % 7)) -eq 0 ]] && arguments+=(--threads 3)
  input=m.tflite output=target/o.tflite
  case $((i % 3)) in
    0) ;;
    1) cp old.tflite target/o.tflite && arguments+=(--overwrite) ;;
    2) cp kept.tflite target/o.tflite && input=target/o.tflite && arguments+=(--overwrite) ;;
  esac
  "$aeq" quantize $input -o $output "${arguments[@]}" >/dev/null 2>&1 &
  pid=$!
  pause "$(moment)"
  kill -9 $pid 2>/dev/null
  wait $pid 2>/dev/null
  case $((i % 3)) in
    0) if [[ -e $output ]]; then check "part of a file after a kill" same $output new.tflite; fi ;;
    1) check "neither the old nor the new file after a kill" one_of $output old.tflite new.tflite ;;
    2) check "neither the input nor the output after a kill" one_of $output kept.tflite new.tflite ;;
  esac
  if [[ -e $output ]] && same $output new.tflite; then after=$((after + 1)); else before=$((before + 1)); fi
  untouched
  # Between giving the new file a name and replacing the old one there is a moment: docs/limits.md.
  left="$(ls -A target | grep -v '^o.tflite$')"
  if [[ -n "$left" && $((i % 3)) -ne 0 ]]; then
    behind=$((behind + 1))
    check "something else than an unfinished file is left: $left" test "$left" = o.tflite.aeq-0.part
    quantize m.tflite --recipe $recipe -o target/o.tflite --overwrite
    check "exit code $code after a kill" code_is 0
    left="$(ls -A target | grep -v '^o.tflite$')"
  fi
  check "left behind: $left" test -z "$left"
  rm -f target/*
done
check "no run was killed before its end" test "$before" -gt 0
echo "killed: $kills runs, $before before the file had its name, $after after, $behind files left behind and taken away"

# Without /proc a nameless file can't get a name: the unfinished one has a name from the start.
begin "killed without /proc"
no_proc=(unshare -m sh -c 'mount -t tmpfs none /proc && exec "$@"' sh)
if "${no_proc[@]}" true 2>/dev/null; then
  left_files=0
  for ((i = 0; i < kills / 6 + 2; ++i)); do
    [[ $((i % 2)) -eq 0 ]] && cp old.tflite target/o.tflite
    "${no_proc[@]}" "$aeq" quantize m.tflite --recipe $recipe -o target/o.tflite --overwrite >/dev/null 2>&1 &
    pid=$!
    pause "$(moment)"
    pause 0.004 # what unshare takes
    kill -9 $pid 2>/dev/null
    wait $pid 2>/dev/null
    if [[ -e target/o.tflite ]]; then check "neither the old nor the new file" one_of target/o.tflite old.tflite new.tflite; fi
    left="$(ls -A target | grep -v '^o.tflite$')"
    if [[ -n "$left" ]]; then
      left_files=$((left_files + 1))
      check "something else than an unfinished file is left: $left" test "$left" = o.tflite.aeq-0.part
    fi
    run "${no_proc[@]}" "$aeq" quantize m.tflite --recipe $recipe -o target/o.tflite --overwrite
    check "exit code $code, not 0, after a kill" code_is 0
    check "the output is not whole" same target/o.tflite new.tflite
    check "left behind: $(ls -A target)" holds target o.tflite
    rm -f target/*
  done
  run "${no_proc[@]}" "$aeq" quantize m.tflite --recipe $recipe -o target/o.tflite
  check "exit code $code, not 0, without /proc" code_is 0
  check "the output is not whole" same target/o.tflite new.tflite
  run "${no_proc[@]}" "$aeq" quantize m.tflite --recipe $recipe -o target/o.tflite
  check "exit code $code, not 5, where the output exists" code_is 5
  check "left behind: $(ls -A target)" holds target o.tflite
  rm -f target/*
  echo "killed without /proc: $left_files files left behind and taken away by the next run"
else
  skip "no right to mount"
fi

# --- interrupted by the user ---

begin interrupted
for signal in INT TERM HUP; do
  "$aeq" quantize m.tflite --recipe $recipe -o target/o.tflite >/dev/null 2>&1 &
  pid=$!
  pause "$(moment)"
  kill -$signal $pid 2>/dev/null
  wait $pid 2>/dev/null
  if [[ -e target/o.tflite ]]; then check "part of a file" same target/o.tflite new.tflite && rm target/o.tflite; fi
  check "left behind: $(ls -A target)" holds target
  untouched
done

# --- no room ---

begin "no room"
mkdir small
if mount -t tmpfs -o size=4m tmpfs small 2>/dev/null; then
  mounted+=("$work/small")
  fails 5 small/o.tflite "No space left on device; free room there" m.tflite --recipe $recipe -o small/o.tflite
  check "left behind: $(ls -A small)" holds small
  cp other_new.tflite small/o.tflite
  fails 5 small/o.tflite "No space left on device" m.tflite --recipe $recipe -o small/o.tflite --overwrite
  check "the old file is not as it was" same small/o.tflite other_new.tflite
  check "left behind: $(ls -A small)" holds small o.tflite
  rm small/o.tflite
  TMPDIR="$work/small" fails 5 "standard output" "No space left on device" m.tflite --recipe $recipe -o -
  check "left behind: $(ls -A small)" holds small
  # Exactly what fits, and a byte less.
  size=$(stat -c %s other_new.tflite)
  blocks=$(((size + 4095) / 4096))
  head -c $((4 * 1024 * 1024 - blocks * 4096)) /dev/zero >small/filler
  quantize other.tflite --recipe $recipe -o small/o.tflite
  check "exit code $code, not 0, with room for just this file: $(head -c 300 err)" code_is 0
  check "the output is not whole" same small/o.tflite other_new.tflite
  rm -f small/o.tflite
  head -c 4096 /dev/zero >>small/filler
  fails 5 small/o.tflite "No space left on device" other.tflite --recipe $recipe -o small/o.tflite
  check "left behind: $(ls -A small)" holds small filler
  umount small && mounted=()
else
  skip "a file system of 4 MiB (no right to mount); the limit of file sizes stands for it"
fi
for limit in 1 100 6000; do # KiB; the output has about 6200
  (ulimit -f $limit && "$aeq" quantize m.tflite --recipe $recipe -o target/o.tflite >out 2>err)
  code=$?
  check "exit code $code, not 5, with files limited to $limit KiB" code_is 5
  check "the message: $(head -c 300 err)" names target/o.tflite
  check "the message: $(head -c 300 err)" has_words "File too large; "
  check "left behind: $(ls -A target)" holds target
done
if [[ -c /dev/full ]]; then
  fails 5 /dev/full "No space left on device" m.tflite --recipe $recipe -o /dev/full
  "$aeq" quantize m.tflite --recipe $recipe -o - >/dev/full 2>err
  code=$?
  check "exit code $code, not 5, with a full standard output" code_is 5
  check "the message: $(head -c 300 err)" names "standard output"
fi
untouched

# --- folders ---

begin folders
fails 5 none/o.tflite "can't be created: No such file or directory; make the folder first" m.tflite --recipe $recipe -o none/o.tflite
fails 5 m.tflite/o.tflite "can't be created: Not a directory" m.tflite --recipe $recipe -o m.tflite/o.tflite
fails 5 target "is a folder; name a file" m.tflite --recipe $recipe -o target
fails 5 target "is a folder; name a file" m.tflite --recipe $recipe -o target --overwrite
fails 5 target/ "is a folder; name a file" m.tflite --recipe $recipe -o target/
check "left behind: $(ls -A target)" holds target
as_other=(setpriv --reuid=65534 --regid=65534 --clear-groups)
[[ "$(id -u)" -eq 0 ]] || as_other=()
if [[ "$(id -u)" -ne 0 ]] || "${as_other[@]}" true 2>/dev/null; then
  mkdir -m 555 closed
  for more in "" --overwrite; do
    # shellcheck disable=SC2086
    run "${as_other[@]}" "$aeq" quantize m.tflite --recipe $recipe -o closed/o.tflite $more
    check "exit code $code, not 5, in a folder that may not be written" code_is 5
    check "the message: $(head -c 300 err)" names closed/o.tflite
    check "the message: $(head -c 300 err)" has_words "Permission denied; "
    check "left behind: $(ls -A closed)" holds closed
  done
  cp m.tflite unreadable.tflite && chmod 000 unreadable.tflite
  run "${as_other[@]}" "$aeq" quantize unreadable.tflite --recipe $recipe -o /tmp/none/o.tflite
  check "exit code $code, not 5, for an input that may not be read" code_is 5
  check "the message: $(head -c 300 err)" names unreadable.tflite
  echo '[]' >unreadable.json && chmod 000 unreadable.json
  run "${as_other[@]}" "$aeq" quantize m.tflite --recipe unreadable.json -o /tmp/none/o.tflite
  check "exit code $code, not 5, for a recipe that may not be read" code_is 5
  check "the message: $(head -c 300 err)" names unreadable.json
else
  skip "another user (no setpriv)"
fi
mkdir readonly
if mount -t tmpfs tmpfs readonly 2>/dev/null && mounted+=("$work/readonly") && mount -o remount,ro readonly 2>/dev/null; then
  fails 5 readonly/o.tflite "Read-only file system; " m.tflite --recipe $recipe -o readonly/o.tflite
else
  skip "a file system that may only be read (no right to mount)"
fi
vanished=0
for ((i = 0; i < kills / 2; ++i)); do # the folder goes while the run is at it
  mkdir here
  "$aeq" quantize m.tflite --recipe $recipe -o here/o.tflite >out 2>err &
  pid=$!
  pause "$(moment)"
  if [[ $((i % 2)) -eq 0 ]]; then mv here gone; else rm -rf here && mkdir -p gone; fi
  wait $pid
  code=$?
  if [[ "$code" -eq 0 ]]; then
    if [[ -e gone/o.tflite ]]; then check "the output is not whole" same gone/o.tflite new.tflite; fi
  else
    vanished=$((vanished + 1))
    check "exit code $code, not 5, for a folder that vanished" code_is 5
    check "the message: $(head -c 300 err)" names here/o.tflite
    check "left behind: $(ls -A gone)" holds gone
  fi
  rm -rf here gone
done
check "no folder vanished in time" test "$vanished" -gt 0
untouched

# --- what the output is ---

begin "odd outputs"
cp old.tflite target/o.tflite
fails 5 target/o.tflite "exists; allow overwriting (--overwrite), or name another file" m.tflite --recipe $recipe -o target/o.tflite
check "the old file is not as it was" same target/o.tflite old.tflite
cp m.tflite target/in.tflite # output and input are one file
fails 5 target/in.tflite "exists; " target/in.tflite --recipe $recipe -o target/in.tflite
check "the input is not as it was" same target/in.tflite kept.tflite
quantize target/in.tflite --recipe $recipe -o target/in.tflite --overwrite
check "exit code $code, not 0, where the output is the input" code_is 0
check "the output is not whole" same target/in.tflite new.tflite
ln m.tflite target/hard.tflite # another name of the input
quantize m.tflite --recipe $recipe -o target/hard.tflite --overwrite
check "exit code $code, not 0, where the output was a second name of the input" code_is 0
check "the output is not whole" same target/hard.tflite new.tflite
untouched
ln -s ../m.tflite target/link.tflite # a link is replaced, what it names is not written
fails 5 target/link.tflite "exists; " m.tflite --recipe $recipe -o target/link.tflite
quantize m.tflite --recipe $recipe -o target/link.tflite --overwrite
check "exit code $code, not 0, where the output was a link" code_is 0
check "the link is still one" test ! -L target/link.tflite
check "the output is not whole" same target/link.tflite new.tflite
untouched
ln -s nothing target/dangling.tflite
fails 5 target/dangling.tflite "exists" m.tflite --recipe $recipe -o target/dangling.tflite
check "the link went" test -L target/dangling.tflite
ln -s . target/folder.tflite
fails 5 target/folder.tflite "is a folder" m.tflite --recipe $recipe -o target/folder.tflite --overwrite
check "left behind: $(ls -A target)" holds target o.tflite in.tflite hard.tflite link.tflite dangling.tflite folder.tflite
rm target/*
mkfifo pipe
cat pipe >received &
quantize m.tflite --recipe $recipe -o pipe
wait $!
check "exit code $code, not 0, for a pipe" code_is 0
check "the pipe got something else" same received new.tflite
head -c 100000 pipe >received & # who reads goes before the end
quantize m.tflite --recipe $recipe -o pipe
wait $!
check "exit code $code, not that of SIGPIPE, where the reader went" code_is 141
check "the pipe is none any more" test -p pipe
for name in - /dev/stdout; do
  "$aeq" quantize m.tflite --recipe $recipe -o $name 2>err | cat >received
  code=${PIPESTATUS[0]}
  check "exit code $code, not 0, for $name" code_is 0
  if [[ $name == - ]]; then check "$name got something else" same received new.tflite; fi
  if [[ $name == /dev/stdout ]]; then check "$name got something else" same <(head -c "$(stat -c %s new.tflite)" received) new.tflite; fi
done
(cd target && "$aeq" quantize ../m.tflite --recipe $recipe -o - >o.tflite 2>../err)
check "standard output as a file got something else" same target/o.tflite new.tflite
rm target/*
quantize m.tflite --recipe $recipe -o ""
check "exit code $code for an output without a name" test "$code" -eq 5 -o "$code" -eq 0
rm -f m_$recipe.tflite
untouched

# --- what the input is ---

begin "odd inputs"
: >empty.tflite
fails 3 empty.tflite "0 bytes are no model; a .tflite file is wanted" empty.tflite --recipe $recipe -o target/o.tflite
fails 3 /dev/null "0 bytes are no model; a .tflite file is wanted" /dev/null --recipe $recipe -o target/o.tflite
fails 5 target "is a folder; a file is wanted" target --recipe $recipe -o target/o.tflite
fails 5 none.tflite "can't be opened: No such file or directory" none.tflite --recipe $recipe -o target/o.tflite
head -c 1000000 m.tflite >cut.tflite
fails 3 cut.tflite "damaged or cut off" cut.tflite --recipe $recipe -o target/o.tflite
ln -s loop.tflite loop.tflite
fails 5 loop.tflite "can't be opened" loop.tflite --recipe $recipe -o target/o.tflite
for name in - /dev/stdin; do
  "$aeq" quantize $name --recipe $recipe -o target/o.tflite <m.tflite >out 2>err
  code=$?
  check "exit code $code, not 0, for $name" code_is 0
  check "the output is not whole" same target/o.tflite new.tflite
  rm -f target/o.tflite
  cat m.tflite | "$aeq" quantize $name --recipe $recipe -o target/o.tflite >out 2>err
  code=${PIPESTATUS[1]}
  check "exit code $code, not 0, for $name from a pipe" code_is 0
  check "the output is not whole" same target/o.tflite new.tflite
  rm -f target/o.tflite
done
cat m.tflite >pipe &
quantize pipe --recipe $recipe -o target/o.tflite
wait $!
check "exit code $code, not 0, for a pipe" code_is 0
check "the output is not whole" same target/o.tflite new.tflite
rm -f target/o.tflite
head -c 1000000 m.tflite >pipe & # who writes goes before the end
fails 3 pipe "damaged or cut off" pipe --recipe $recipe -o target/o.tflite
wait $!
run "$aeq" quantize - --recipe $recipe -o target/o.tflite <&-
check "exit code $code for a closed standard input" test "$code" -eq 5 -o "$code" -eq 3
"$aeq" recipe show $recipe >recipe.json
for name in - pipe; do
  if [[ $name == pipe ]]; then
    cat recipe.json >pipe &
    quantize m.tflite --recipe pipe -o target/o.tflite
    wait $!
  else
    "$aeq" quantize m.tflite --recipe - -o target/o.tflite <recipe.json >out 2>err
    code=$?
  fi
  check "exit code $code, not 0, for a recipe from $name" code_is 0
  check "the output is not whole" same target/o.tflite new.tflite
  rm -f target/o.tflite
done
head -c 100 recipe.json >pipe &
fails 3 pipe "is no JSON" m.tflite --recipe pipe -o target/o.tflite
wait $!
fails 3 /dev/null "is empty; JSON is wanted" m.tflite --recipe /dev/null -o target/o.tflite
fails 3 /dev/zero "is larger than 64 MiB" m.tflite --recipe /dev/zero -o target/o.tflite
fails 5 ./target "is a folder; a file is wanted" m.tflite --recipe ./target -o target/o.tflite
check "left behind: $(ls -A target)" holds target
untouched

# --- inputs that change ---

begin "changing inputs"
noticed=0 done_before=0 began_within=0
for ((i = 0; i < kills; ++i)); do # shortened, or written over, at a random moment
  cp kept.tflite changing.tflite
  "$aeq" quantize changing.tflite --recipe $recipe -o target/o.tflite >out 2>err &
  pid=$!
  pause "$(moment)"
  case $((i % 3)) in
    0) truncate -s $((RANDOM * 700)) changing.tflite ;;
    1) cat other.tflite >changing.tflite ;;
    2) dd if=/dev/urandom of=changing.tflite bs=1M seek=$((RANDOM % 24)) count=1 conv=notrunc status=none ;;
  esac
  wait $pid
  code=$?
  if [[ "$code" -eq 5 ]]; then
    noticed=$((noticed + 1))
    check "no word of the fault: $(head -c 300 err)" test "$(wc -l <err)" -eq 1
    check "left behind: $(ls -A target)" holds target
    continue
  fi
  if [[ "$code" -eq 3 ]]; then # begun while the input was being written: half a file is no model
    began_within=$((began_within + 1))
    check "the message: $(head -c 300 err)" names changing.tflite
    check "left behind: $(ls -A target)" holds target
    continue
  fi
  # Done before the input changed, or begun after: as for the file that was there before, or is there now.
  done_before=$((done_before + 1))
  if [[ "$code" -ne 0 ]] || ! same target/o.tflite new.tflite; then
    rm -f made.tflite
    mv target/o.tflite made.tflite 2>/dev/null
    first=$code
    quantize changing.tflite --recipe $recipe -o made_now.tflite --overwrite
    check "exit code $first, then $code for the same input: $(head -c 300 err)" code_is "$first"
    if [[ "$first" -eq 0 ]]; then
      check "the output is of no input that there was" same made.tflite made_now.tflite
    else # random bytes made a weight NaN
      check "an output of what was refused" absent made.tflite
    fi
  fi
  rm -f target/o.tflite
  check "left behind: $(ls -A target)" holds target
done
check "no input changed in time" test "$noticed" -gt 0
echo "changing inputs: $noticed runs noticed, $done_before were done before or began after, $began_within began within"
mkfifo late.json
cp kept.tflite changing.tflite
"$aeq" quantize changing.tflite --recipe late.json -o target/o.tflite >out 2>err & # surely in the middle
pid=$!
pause 0.2
: >changing.tflite
cat recipe.json >late.json
wait $pid
code=$?
check "exit code $code, not 5, for an input that got shorter" code_is 5
check "the message: $(head -c 300 err)" has_words "got shorter while it was read"
cp kept.tflite changing.tflite
"$aeq" quantize changing.tflite --recipe late.json -o target/o.tflite >out 2>err &
pid=$!
pause 0.2
printf 'x' | dd of=changing.tflite bs=1 seek=20000000 conv=notrunc status=none
cat recipe.json >late.json
wait $pid
code=$?
check "exit code $code, not 5, for an input that was written while it was read" code_is 5
check "the message: $(head -c 300 err)" names changing.tflite
check "the message: $(head -c 300 err)" has_words "was changed while it was read; "
cp kept.tflite changing.tflite # another file gets the name: the run keeps the one that it has opened
"$aeq" quantize changing.tflite --recipe late.json -o target/o.tflite >out 2>err &
pid=$!
pause 0.2
cp other.tflite next.tflite && mv next.tflite changing.tflite
cat recipe.json >late.json
wait $pid
code=$?
check "exit code $code, not 0, for an input that was replaced" code_is 0
check "the output is not that of the file that was opened" same target/o.tflite new.tflite
rm -f target/o.tflite
check "left behind: $(ls -A target)" holds target

# --- two at once ---

begin "two at once"
for ((i = 0; i < kills / 3; ++i)); do
  "$aeq" quantize m.tflite --recipe $recipe -o target/o.tflite >/dev/null 2>err.a &
  a=$!
  [[ $((i % 2)) -eq 0 ]] || pause "$(moment)"
  "$aeq" quantize m.tflite --recipe weight_only_wi8_afp32 -o target/o.tflite >/dev/null 2>err.b &
  b=$!
  wait $a; code_a=$?
  wait $b; code_b=$?
  check "exit codes $code_a and $code_b, where one must win" test "$code_a$code_b" = 05 -o "$code_a$code_b" = 50
  check "the output is neither of the two" one_of target/o.tflite new.tflite old.tflite
  check "left behind: $(ls -A target)" holds target o.tflite
  "$aeq" quantize m.tflite --recipe $recipe -o target/o.tflite --overwrite >/dev/null 2>err.a &
  a=$!
  "$aeq" quantize m.tflite --recipe weight_only_wi8_afp32 -o target/o.tflite --overwrite >/dev/null 2>err.b &
  b=$!
  wait $a; code_a=$?
  wait $b; code_b=$?
  check "exit codes $code_a and $code_b, where both may write: $(cat err.a err.b)" test "$code_a$code_b" = 00
  check "the output is neither of the two" one_of target/o.tflite new.tflite old.tflite
  check "left behind: $(ls -A target)" holds target o.tflite
  rm -f target/o.tflite
done
untouched

# --- two file systems ---

begin "two file systems"
other_device() { [[ "$(stat -c %d "$1")" != "$(stat -c %d .)" ]]; }
mkdir elsewhere
if [[ -d /dev/shm && -w /dev/shm ]] && other_device /dev/shm; then
  there="$(mktemp -d /dev/shm/aeq_faults.XXXXXX)"
  quantize m.tflite --recipe $recipe -o "$there/o.tflite"
  check "exit code $code, not 0, for an output on another file system" code_is 0
  check "the output is not whole" same "$there/o.tflite" new.tflite
  ln -s "$there" elsewhere/link
  quantize m.tflite --recipe $recipe -o elsewhere/link/o.tflite --overwrite
  check "exit code $code, not 0, for an output behind a linked folder" code_is 0
  check "left behind: $(ls -A "$there")" holds "$there" o.tflite
  TMPDIR="$there" "$aeq" quantize m.tflite --recipe $recipe -o - >received 2>err
  check "standard output got something else" same received new.tflite
  check "left behind: $(ls -A "$there")" holds "$there" o.tflite
  rm -rf "$there"
  run env TMPDIR=/none/here "$aeq" quantize m.tflite --recipe $recipe -o -
  check "exit code $code, not 5, without a folder for temporary files" code_is 5
  check "the message: $(head -c 300 err)" has_words "/none/here (TMPDIR)"
else
  skip "no second file system"
fi
untouched

all=0
for kind in "${kinds[@]}"; do
  printf '%6d checks: %s\n' "${checks[$kind]}" "$kind"
  all=$((all + checks[$kind]))
done
echo "$all checks, $failures failed"
[[ "$failures" -eq 0 ]] && echo ok
exit $((failures > 0))
