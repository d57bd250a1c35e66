#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The command line, as scripts rely on it: run_cli_tests.sh AEQ CASE. Without CASE it lists the cases; "all" runs all.
# Prints what is wrong; the last line is "ok", "SKIPPED: why" or the number of failures.
set -uo pipefail
aeq="$(realpath "$1")"
here="$(cd "$(dirname "$0")" && pwd)"
models="$here/../corpus/models"

work="$(mktemp -d)"
mounted=""
clean() {
  [[ -n "$mounted" ]] && umount "$mounted" 2>/dev/null
  chmod -R u+w "$work" 2>/dev/null
  rm -rf "$work"
}
trap clean EXIT
cd "$work"

failures=0
wrong() {
  echo "FAILED: $*"
  failures=$((failures + 1))
}

# Runs a command with its outputs in ./out and ./err and compares the exit code.
gives() { # CODE COMMAND...
  local wanted="$1" code=0
  shift
  "$@" >out 2>err </dev/null || code=$?
  [[ "$code" -eq "$wanted" ]] || wrong "exit code $code, not $wanted: $*: $(head -c 300 err)"
}
says() { grep -qF -- "$1" err || wrong "standard error does not say \"$1\" but: $(head -c 300 err)"; }
prints() { grep -qF -- "$1" out || wrong "standard output has no \"$1\": $(head -c 300 out)"; }
silent() { [[ ! -s err ]] || wrong "standard error should be empty: $(head -c 300 err)"; }
prints_nothing() { [[ ! -s out ]] || wrong "standard output should be empty: $(head -c 300 out)"; }
no_file() { [[ ! -e "$1" ]] || wrong "there is a file $1"; }
same() { cmp -s "$1" "$2" || wrong "$1 and $2 differ"; }
# Nothing but these names in a folder: what an unfinished output would leave behind.
holds() { # FOLDER NAME...
  local folder="$1" found wanted=""
  shift
  found="$(ls -A "$folder" | sort)"
  [[ $# -eq 0 ]] || wanted="$(printf '%s\n' "$@" | sort)"
  [[ "$found" == "$wanted" ]] || wrong "$folder holds: ${found//$'\n'/ }"
}
# One line that is a JSON object: quotes and brackets are paired outside of texts, and no text is left open.
one_json_line() { # FILE
  [[ "$(wc -l <"$1")" -eq 1 ]] || wrong "$1 has $(wc -l <"$1") lines, not 1"
  local rest
  rest="$(sed -E 's/\\[\\"\/bfnrtu]//g; s/"[^"]*"/S/g; s/-?[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]+)?/N/g; s/true|false|null/N/g; s/([:,]) /\1/g' "$1")"
  while :; do
    local next
    next="$(sed -E 's/\{(S:[SNV](,S:[SNV])*)?\}/V/g; s/\[([SNV](,[SNV])*)?\]/V/g' <<<"$rest")"
    [[ "$next" == "$rest" ]] && break
    rest="$next"
  done
  [[ "$rest" == V ]] || wrong "$1 is no JSON object: what remains is $(head -c 200 <<<"$rest")"
}

recipe=dynamic_wi8_afp32
model() { cp "$models/${1:-cnn}.tflite" "${2:-m.tflite}"; }
write_bad_recipe() { echo '[{"regex": ".*", "operation": "FULLY_CONECTED", "algorithm_key": "no_quantize"}]' >bad.json; }

case_usage() {
  gives 2 "$aeq"
  gives 2 "$aeq" explode
  says "explode is no command"
  gives 2 "$aeq" quantize
  gives 2 "$aeq" quantize m.tflite
  says "--recipe"
  gives 2 "$aeq" quantize --recipe $recipe
  gives 2 "$aeq" quantize m.tflite --recipe $recipe --no-such-flag
  gives 2 "$aeq" quantize m.tflite --recipe $recipe --threads many
  gives 2 "$aeq" quantize m.tflite --recipe $recipe --threads -1
  gives 2 "$aeq" quantize m.tflite n.tflite --recipe $recipe
  gives 2 "$aeq" inspect
  gives 2 "$aeq" inspect a b
  gives 2 "$aeq" calibrate m.tflite -o s.json
  says "--data"
  gives 2 "$aeq" calibrate m.tflite --data random --ranges best -o s.json
  says "percentile=P"
  gives 2 "$aeq" calibrate m.tflite --data random --samples -1 -o s.json
  says "--samples: must not be negative"
  gives 2 "$aeq" calibrate m.tflite --data random --engine quick -o s.json
  says "no such engine; builtin, litert and litert=PATH are"
  gives 2 "$aeq" quantize m.tflite --recipe static_wi8_ai8 --data random --engine quick -o o.tflite
  says "no such engine"
  gives 2 "$aeq" quantize m.tflite --recipe static_wi8_ai8 --engine litert -o o.tflite
  says "--engine requires --data"
  gives 2 "$aeq" quantize m.tflite --recipe $recipe --data random --stats s.json
  gives 2 "$aeq" quantize m.tflite --recipe $recipe --ranges entropy
  gives 2 "$aeq" stats
  gives 2 "$aeq" stats merge -o s.json
  gives 2 "$aeq" stats merge a.json
  gives 2 "$aeq" diff a
  gives 2 "$aeq" diff a b --ulps -1
  gives 2 "$aeq" recipe
  gives 2 "$aeq" recipe show
  gives 2 "$aeq" recipe check
  gives 2 "$aeq" recipe bake x
  gives 2 "$aeq" quantize - --recipe $recipe
  says "-o"
  model
  gives 2 "$aeq" quantize - --recipe - -o out.tflite
  says "only one of the inputs"
  gives 2 "$aeq" diff - -
  gives 2 "$aeq" recipe check - --model=-
  no_file out.tflite
  holds . m.tflite out err
}

case_help() {
  for words in "--help" "quantize --help" "run --help" "calibrate --help" "stats merge --help" "inspect --help" "diff --help" "export --help" "recipe --help" "recipe list --help" \
    "recipe show --help" "recipe check --help" "--version"; do
    # shellcheck disable=SC2086
    gives 0 "$aeq" $words
    silent
    [[ -s out ]] || wrong "$words prints nothing"
    grep -q $'\x1b' out && wrong "$words: colours without a terminal"
  done
  gives 0 "$aeq" --version
  prints "the C++ quantizer"
  gives 0 "$aeq" --help
  for word in quantize run calibrate stats inspect diff recipe "Exit codes: 0 done, 1"; do prints "$word"; done
}

case_run() {
  model fc_chain
  gives 0 "$aeq" run m.tflite --inputs random:2
  silent
  [[ "$(wc -l <out)" -eq 2 ]] || wrong "two samples should be two lines: $(cat out)"
  grep -qE '^[^/]*/0001/[^:]+: float32 \[1, 5\], [-0-9.e]+ to [-0-9.e]+$' out || wrong "no range of an output: $(cat out)"
  gives 0 "$aeq" run m.tflite --inputs random:2 -o a.npz
  prints_nothing
  silent
  for threads in 1 3; do
    gives 0 "$aeq" run m.tflite -i random:2 --threads $threads -o $threads.npz
    same a.npz $threads.npz
  done
  cp m.tflite copy.tflite
  "$aeq" run - -i random:2 -o - <copy.tflite >b.npz 2>err || wrong "standard input and output: $(cat err)"
  same a.npz b.npz
  gives 0 "$aeq" run m.tflite -i random:2 -n 1 --all-tensors -o all.npz
  for name in 0000/0:0: 0000/0:3:; do grep -qaF "$name" all.npz || wrong "all.npz has no $name"; done
  grep -qaF 0001/ all.npz && wrong "all.npz has a second sample"
  gives 5 "$aeq" run m.tflite -i random:2 -o a.npz
  says "a.npz"
  gives 0 "$aeq" run m.tflite -i random:2 -o a.npz --overwrite
}

digits="$here/../../examples/digits"

case_validate() {
  cp "$digits/digits.tflite" m.tflite
  gives 0 "$aeq" quantize m.tflite --recipe static_wi8_ai8 --stats "$digits/digits_statistics.json" -o q.tflite
  gives 0 "$aeq" validate m.tflite q.tflite --data "$digits/digits_test.npz" --labels "$digits/digits_labels.npy"
  silent
  prints "reference  m.tflite"
  prints "digits_test.npz, 360 samples"
  prints "layers, the one with the most noise of its own first"
  grep -qE '^top-1 +99\.[0-9]+ % of the reference, 99\.' out || wrong "no top-1: $(head -5 out)"
  grep -qE '^ +2  CONV_2D ' out || wrong "no layer 2: $(cat out)"
  for threads in 1 3; do
    gives 0 "$aeq" validate m.tflite q.tflite --data "$digits/digits_test.npz" -n 20 --json --threads $threads
    silent
    one_json_line out
    mv out $threads.json
  done
  same 1.json 3.json
  cp 1.json out
  prints '"format": "validation/1"'
  prints '"samples": 20'
  gives 0 "$aeq" validate m.tflite q.tflite --data "$digits/digits_test.npz" -n 2 --labels "$digits/digits_labels.npy" \
    --metric snr,mse --model-explorer me.json --outputs-only
  grep -qE '^\{"results": \{"PartitionedCall:0": \{"value": [0-9.]+\}\}, "thresholds": ' me.json || wrong "me.json: $(cat me.json)"
  prints "snr"
  grep -q "layers" out && wrong "--outputs-only should print no layers"
  gives 0 "$aeq" validate m.tflite m.tflite --max-mse 0 --min-cosine 0.999999
  says "warning: random:1: random numbers: real data may tell something else"
  gives 1 "$aeq" validate m.tflite q.tflite --data "$digits/digits_test.npz" -n 5 --max-mse 1e-12 --max-kl 100
  prints "output 'PartitionedCall:0': mse is "
  prints "at most 1e-12 is asked for"
  prints "kl_divergence"
  gives 1 "$aeq" validate m.tflite q.tflite --data "$digits/digits_test.npz" -n 5 --min-sqnr 200 --json
  one_json_line out
  prints "at least 200.0 dB is asked for"
}

case_validate_report() {
  cp "$digits/digits.tflite" m.tflite
  gives 0 "$aeq" quantize m.tflite --recipe static_wi8_ai8 --data "$digits/digits_calibration.npz" --samples 20 -o q.tflite \
    --report q.html
  silent
  prints "calibrated with 20 samples"
  for part in '<!doctype html>' '<h2>Size by op</h2>' '<h2>Error by layer</h2>' '<h2>Tensors</h2>' '<pre id="recipe">' \
    '&quot;num_bits&quot;: 8' 'class="edge"' '<b>20</b><span>samples</span>' '</html>'; do
    grep -qF -- "$part" q.html || wrong "q.html has no $part"
  done
  grep -qE '(src|href)=|https?://|url\(|@import' q.html && wrong "q.html wants other files: $(grep -oE '.{20}(src|href)=.{40}|https?://.{40}' q.html | head -3)"
  gives 0 "$aeq" validate m.tflite q.tflite --data "$digits/digits_test.npz" -n 20 --report v.html --threads 1
  gives 0 "$aeq" validate m.tflite q.tflite --data "$digits/digits_test.npz" -n 20 --report w.html --threads 3
  same v.html w.html
  gives 1 "$aeq" validate m.tflite q.tflite -n 1 --max-mse 0 --report x.html
  grep -qF 'class="bad"' x.html || wrong "x.html does not say which limit failed"
  gives 5 "$aeq" validate m.tflite q.tflite --report x.html
  says "x.html"
  gives 5 "$aeq" quantize m.tflite --recipe dynamic_wi8_afp32 -o y.tflite --report x.html
  no_file y.tflite
  gives 2 "$aeq" quantize m.tflite --recipe dynamic_wi8_afp32 -o - --report y.html
  says "say where to write it with -o"
  no_file y.html
}

case_validate_errors() {
  cp "$digits/digits.tflite" m.tflite
  model fc_chain other.tflite
  gives 2 "$aeq" validate m.tflite
  says "QUANTIZED is required"
  gives 2 "$aeq" validate m.tflite m.tflite --metric psnr
  says "'psnr' is no metric; there are mse, median_diff_ratio, cosine_similarity, kl_divergence, snr, sqnr, max_error"
  gives 2 "$aeq" validate m.tflite m.tflite --max-top1-loss 1
  says "--max-top1-loss requires --labels"
  gives 2 "$aeq" validate m.tflite m.tflite --max-mse much
  gives 2 "$aeq" validate m.tflite m.tflite --engine abacus
  says "no such engine"
  gives 3 "$aeq" validate m.tflite other.tflite
  says "other.tflite: "
  gives 3 "$aeq" validate m.tflite m.tflite --data "$digits/digits_test.npz" --labels "$digits/digits_test.npz"
  says "is no .npy file; labels are an .npy file of integers"
  gives 3 "$aeq" validate m.tflite m.tflite --data random:2 --labels "$digits/digits_labels.npy"
  says "there are 360 labels for 2 samples"
  gives 5 "$aeq" validate m.tflite nothere.tflite
  touch me.json
  gives 5 "$aeq" validate m.tflite m.tflite --model-explorer me.json
  says "me.json"
  prints_nothing
  gives 0 "$aeq" validate m.tflite m.tflite --model-explorer me.json --overwrite
}

case_run_errors() {
  model fc_chain
  gives 2 "$aeq" run m.tflite
  says "--inputs is required"
  gives 2 "$aeq" run m.tflite -i random --engine abacus -o x.npz
  says "--engine abacus: no such engine; builtin, litert and litert=PATH are"
  gives 2 "$aeq" run m.tflite -i random --signature other -o x.npz
  says "has no signature 'other'; it has '"
  gives 2 "$aeq" run m.tflite -i random --max-memory plenty -o x.npz
  gives 2 "$aeq" run m.tflite -i random --litert-kernels fast -o x.npz
  gives 3 "$aeq" run m.tflite -i random --max-memory 128 -o x.npz
  says "the limit is 128"
  gives 5 "$aeq" run m.tflite -i random --engine litert=nothere.so -o x.npz
  says "nothere.so: can't be opened as a library"
  gives 5 "$aeq" run m.tflite -i random --engine litert=m.tflite -o x.npz
  says "libLiteRt.so of the Python package ai_edge_litert 2.3 would be accepted"
  gives 5 "$aeq" run m.tflite -i nothere.npz -o x.npz
  gives 3 "$aeq" run m.tflite -i m.tflite -o x.npz
  gives 2 env -u VIRTUAL_ENV VIRTUAL_ENV="$work/none" "$aeq" run m.tflite -i random --engine litert -o x.npz
  says "no Python package ai_edge_litert is found"
  no_file x.npz
}

case_done() {
  model
  gives 0 "$aeq" quantize m.tflite --recipe $recipe
  silent
  prints "m_$recipe.tflite"
  prints "operators quantized"
  holds . m.tflite m_$recipe.tflite out err
  gives 0 "$aeq" inspect m_$recipe.tflite
  silent
  gives 0 "$aeq" inspect m_$recipe.tflite --json
  gives 0 "$aeq" diff m.tflite m.tflite
  prints "equal"
  gives 1 "$aeq" diff m.tflite m_$recipe.tflite
  prints "difference(s)"
  gives 1 "$aeq" diff m.tflite m_$recipe.tflite -n 1
  prints "... and "
  gives 0 "$aeq" recipe list
  prints $recipe
  gives 0 "$aeq" recipe show $recipe
  cp out shown.json
  gives 0 "$aeq" recipe check shown.json
  gives 0 "$aeq" recipe check shown.json --model m.tflite
  prints "would be quantized"
  gives 0 "$aeq" quantize m.tflite --recipe shown.json
  same m_shown.tflite m_$recipe.tflite
}

case_default_name() {
  mkdir in
  model cnn in/net.tflite
  model cnn in/plain
  "$aeq" recipe show $recipe >mine.json
  gives 0 "$aeq" quantize in/net.tflite --recipe $recipe
  gives 0 "$aeq" quantize in/net.tflite --recipe ./mine.json
  gives 0 "$aeq" quantize in/plain --recipe $recipe
  holds in net.tflite plain net_$recipe.tflite net_mine.tflite plain_$recipe.tflite
  same in/net_$recipe.tflite in/plain_$recipe.tflite
}

case_bad_input() {
  model
  cp m.tflite whole.tflite
  head -c 1000 m.tflite >cut.tflite
  : >empty.tflite
  echo "this is no model at all" >text.tflite
  for bad in cut empty text; do
    gives 3 "$aeq" quantize $bad.tflite --recipe $recipe -o o.tflite
    says "$bad.tflite: "
    prints_nothing
    gives 3 "$aeq" inspect $bad.tflite
    gives 3 "$aeq" diff m.tflite $bad.tflite
    gives 3 "$aeq" diff $bad.tflite m.tflite
    gives 3 "$aeq" recipe check $recipe --model $bad.tflite
  done
  write_bad_recipe
  echo '{"not": "a list"}' >mapping.json
  echo '[{"regex": "(", "operation": "*", "algorithm_key": "no_quantize"}]' >regex.json
  echo '[' >open.json
  : >empty.json
  head -c 1000000 /dev/zero | tr '\0' '[' >deep.json
  for bad in bad mapping open empty deep; do
    gives 3 "$aeq" quantize m.tflite --recipe $bad.json -o o.tflite
    says "$bad.json: "
    gives 3 "$aeq" recipe check $bad.json
    gives 3 "$aeq" recipe show $bad.json
    gives 3 "$aeq" recipe check $bad.json --model m.tflite
  done
  gives 3 "$aeq" quantize m.tflite --recipe regex.json -o o.tflite
  gives 3 "$aeq" quantize m.tflite --recipe $recipe --policy bad.json -o o.tflite
  gives 3 "$aeq" diff m.tflite deep.json
  echo "not gzip" >x.json.gz
  gives 3 "$aeq" diff m.tflite x.json.gz
  no_file o.tflite
  same m.tflite whole.tflite
}

case_not_quantizable() {
  model
  gives 4 "$aeq" quantize m.tflite --recipe static_wi8_ai8 -o o.tflite
  says "ranges of activations"
  prints_nothing
  gives 4 "$aeq" quantize m.tflite --recipe static_wi8_ai8 --json -o o.tflite
  prints_nothing
  gives 0 "$aeq" recipe check static_wi8_ai8 --model m.tflite
  [[ "$(tail -n 1 out)" =~ ^([0-9]+)\ of\ ([0-9]+)\ operators && "${BASH_REMATCH[1]}" -le "${BASH_REMATCH[2]}" ]] ||
    wrong "more operators than there are: $(tail -n 1 out)"
  holds . m.tflite out err
}

case_edge_types() {
  model fc_chain
  cp "$models/../statistics/fc_chain.qsv.json.gz" s.json.gz
  local type
  for type in float32 int8 uint8 int16; do
    gives 0 "$aeq" quantize m.tflite --recipe static_wi8_ai8 --stats s.json.gz --input-type $type --output-type $type -o $type.tflite
    silent
    gives 0 "$aeq" inspect $type.tflite
    [[ "$(grep -cE "^ +(input|output) +[0-9]+ .*  ${type^^}  " out)" -eq 2 ]] || wrong "$type: $(grep -E '^ +(input|output) ' out)"
  done
  gives 0 "$aeq" quantize m.tflite --recipe static_wi8_ai8 --stats s.json.gz -o plain.tflite
  same int8.tflite plain.tflite
  gives 2 "$aeq" quantize m.tflite --recipe static_wi8_ai8 --stats s.json.gz --input-type int4 -o o.tflite
  says "int4 is no type; float32, int8, uint8 and int16 are"
  gives 2 "$aeq" quantize m.tflite --recipe $recipe --output-type float32 -o o.tflite
  says "output type float32: the recipe has no static rule"
  no_file o.tflite
}

case_strict_int() {
  model fc_chain
  cp "$models/../statistics/fc_chain.qsv.json.gz" s.json.gz
  gives 0 "$aeq" quantize m.tflite --recipe static_wi8_ai8 --stats s.json.gz --strict-int -o strict.tflite
  silent
  gives 0 "$aeq" quantize m.tflite --recipe static_wi8_ai8 --stats s.json.gz -o plain.tflite
  same strict.tflite plain.tflite
  gives 4 "$aeq" quantize m.tflite --recipe static_wi8_ai8 --stats s.json.gz --strict-int --input-type float32 -o o.tflite
  says "input tensor 'x': input type float32: no_quantize; connected to FULLY_CONNECTED 0, which would be integers"
  prints_nothing
  gives 4 "$aeq" quantize m.tflite --recipe $recipe --strict-int -o o.tflite
  says "would stay float"
  model unsupported_between
  cp "$models/../statistics/unsupported_between.qsv.json.gz" s.json.gz
  gives 4 "$aeq" quantize m.tflite --recipe static_wi8_ai8 --stats s.json.gz --strict-int --json -o o.tflite
  says "RELU6 1 (float tensor 'fc_a'): aeq knows no integer form of this operator; connected to FULLY_CONNECTED 0, which"
  prints_nothing
  no_file o.tflite
}

case_trained() {
  model fake_quant_cnn
  gives 0 "$aeq" quantize m.tflite --recipe static_wi8_ai8 --strict-int -o o.tflite
  silent
  prints "6 of 6 operators quantized"
  gives 0 "$aeq" inspect o.tflite
  grep -q FAKE_QUANT out && wrong "a FAKE_QUANT is left"
  gives 0 "$aeq" quantize m.tflite --recipe $recipe -o dynamic.tflite --json
  prints '"operators":10'
  model noted_ranges
  gives 0 "$aeq" quantize m.tflite --recipe static_wi8_ai8 --strict-int -o noted.tflite
  silent
}

case_io_errors() {
  model
  gives 5 "$aeq" quantize none.tflite --recipe $recipe
  says "none.tflite: can't be opened"
  gives 5 "$aeq" quantize . --recipe $recipe -o o.tflite
  says "folder"
  gives 5 "$aeq" quantize m.tflite --recipe no_such_recipe -o o.tflite
  says "no_such_recipe"
  gives 5 "$aeq" quantize m.tflite --recipe $recipe --policy none.json -o o.tflite
  gives 5 "$aeq" quantize m.tflite --recipe $recipe -o none/o.tflite
  says "none/o.tflite: can't be created"
  gives 5 "$aeq" quantize m.tflite --recipe $recipe -o m.tflite/o.tflite
  mkdir folder
  gives 5 "$aeq" quantize m.tflite --recipe $recipe -o folder
  gives 5 "$aeq" quantize m.tflite --recipe $recipe -o folder --overwrite
  says "folder: is a folder; name a file"
  gives 5 "$aeq" inspect none.tflite
  gives 5 "$aeq" inspect folder
  gives 5 "$aeq" diff m.tflite none.tflite
  gives 5 "$aeq" diff none.json m.tflite
  gives 5 "$aeq" recipe check none.json
  gives 5 "$aeq" recipe check $recipe --model none.tflite
  gives 5 "$aeq" recipe show none.json
  holds . folder m.tflite out err
  holds folder
}

case_standard_output_full() {
  [[ -c /dev/full ]] || { echo "SKIPPED: no /dev/full"; exit 0; }
  model
  local command
  for command in "inspect m.tflite" "inspect m.tflite --json" "diff m.tflite m.tflite" "recipe list" \
    "recipe show $recipe" "recipe check $recipe --model m.tflite" "--help" \
    "quantize m.tflite --recipe $recipe -o -" "quantize m.tflite --recipe $recipe -o o.tflite --overwrite"; do
    local code=0
    # shellcheck disable=SC2086
    "$aeq" $command >/dev/full 2>err || code=$?
    [[ "$code" -eq 5 ]] || wrong "exit code $code, not 5, with standard output full: $command"
    says "can't be written"
  done
}

case_pipes() {
  model
  gives 0 "$aeq" quantize m.tflite --recipe $recipe -o expected.tflite
  "$aeq" quantize - --recipe $recipe -o - <m.tflite >piped.tflite 2>err || wrong "quantize - -o - fails"
  silent
  same piped.tflite expected.tflite
  "$aeq" quantize - --recipe $recipe -o - <m.tflite | "$aeq" inspect - --json >a.json || wrong "a pipe of two fails"
  "$aeq" inspect expected.tflite --json >b.json
  same a.json b.json
  cat m.tflite | "$aeq" quantize - --recipe $recipe -o from_cat.tflite >/dev/null || wrong "a pipe as input fails"
  same from_cat.tflite expected.tflite
  "$aeq" quantize m.tflite --recipe $recipe -o - --json >piped.tflite 2>report || wrong "quantize -o - --json fails"
  same piped.tflite expected.tflite
  one_json_line report
  "$aeq" recipe show $recipe | "$aeq" quantize m.tflite --recipe - -o from_recipe.tflite >/dev/null || wrong "a recipe from a pipe"
  same from_recipe.tflite expected.tflite
  mkfifo pipe
  cat m.tflite >pipe &
  gives 0 "$aeq" quantize pipe --recipe $recipe -o from_fifo.tflite
  wait
  same from_fifo.tflite expected.tflite
  cat pipe >received.tflite &
  gives 0 "$aeq" quantize m.tflite --recipe $recipe -o pipe
  wait
  same received.tflite expected.tflite
  gives 0 "$aeq" quantize m.tflite --recipe $recipe -o /dev/null
  [[ -c /dev/null ]] || wrong "/dev/null is no device any more"
  # Who stops listening ends the other side; nothing may hang or talk.
  "$aeq" inspect m.tflite --json 2>err | head -n 1 >/dev/null
  silent
  # Nothing on standard output where there is nothing to give.
  : | "$aeq" quantize - --recipe $recipe -o - >out 2>err && wrong "an empty model is quantized"
  prints_nothing
}

case_json() {
  model
  gives 0 "$aeq" quantize m.tflite --recipe $recipe --json
  silent
  one_json_line out
  for key in input output input_bytes output_bytes seconds operators quantized warnings; do prints "\"$key\":"; done
  gives 0 "$aeq" recipe check $recipe --model m.tflite --json
  silent
  one_json_line out
  for key in needs_calibration operations warnings; do prints "\"$key\":"; done
  cp m.tflite 'od"d \name'$'\t''.tflite'
  gives 0 "$aeq" quantize 'od"d \name'$'\t''.tflite' --recipe $recipe --json
  one_json_line out
  # A warning goes into the report, not beside it.
  echo '[{"regex": "nothing_has_this_name", "operation": "*", "algorithm_key": "no_quantize"}]' >doubt.json
  gives 0 "$aeq" quantize m.tflite --recipe doubt.json --json
  silent
  one_json_line out
  prints "doubt.json"
  # A failure has no half report.
  gives 3 "$aeq" quantize m.tflite --recipe doubt.json --json --strict --overwrite
  prints_nothing
}

# Static range with the statistics of a calibration; what they lack or get wrong is named.
case_statistics() {
  local corpus="$here/../corpus"
  cp "$corpus/models/op_conv_2d.tflite" m.tflite
  gives 0 "$aeq" quantize m.tflite --recipe static_wi8_ai8 --stats "$corpus/statistics/op_conv_2d.qsv.json.gz" -o o.tflite
  prints "static_wi8_ai8"
  gives 0 "$aeq" inspect o.tflite --json
  prints '"INT32"'
  rm o.tflite
  gives 5 "$aeq" quantize m.tflite --recipe static_wi8_ai8 --stats nowhere.json -o o.tflite
  says "nowhere.json"
  echo '{"x": {"min": [0, 1], "max": [1, 2]}}' >s.json
  gives 3 "$aeq" quantize m.tflite --recipe static_wi8_ai8 --stats s.json -o o.tflite
  says 's.json: tensor "x": "min" holds more or less than one number; one is wanted'
  echo '{"x": {"min": [0], "max": [1]}}' >s.json
  gives 4 "$aeq" quantize m.tflite --recipe static_wi8_ai8 --stats s.json -o o.tflite
  says "the statistics have no range for it"
  no_file o.tflite
}

# Calibration with data, saved, gone on with and merged; what is wrong with data is named.
case_calibrate() {
  local digits="$here/../../examples/digits"
  cp "$digits/digits.tflite" m.tflite
  cp "$digits/digits_calibration.npz" d.npz
  gives 0 "$aeq" calibrate m.tflite --data d.npz -o all.json
  silent
  prints "100 samples in"
  prints "by minmax"
  gives 5 "$aeq" calibrate m.tflite --data d.npz -o all.json
  gives 0 "$aeq" calibrate m.tflite --data d.npz --samples 30 -o part.json
  prints "30 samples in"
  gives 0 "$aeq" calibrate m.tflite --data d.npz --resume part.json -o more.json
  prints "130 samples in all"
  gives 0 "$aeq" calibrate m.tflite --data d.npz --samples 1 --resume more.json -o more.json
  gives 0 "$aeq" stats merge part.json all.json -o merged.json
  prints "130 samples"
  gives 0 "$aeq" quantize m.tflite --recipe static_wi8_ai8 --stats all.json -o a.tflite
  gives 0 "$aeq" quantize m.tflite --recipe static_wi8_ai8 --stats merged.json -o b.tflite
  gives 0 "$aeq" quantize m.tflite --recipe static_wi8_ai8 --data d.npz -o c.tflite
  prints "calibrated with 100 samples"
  same a.tflite b.tflite
  same a.tflite c.tflite
  gives 0 "$aeq" calibrate m.tflite --data d.npz --ranges entropy --recipe static_wi8_ai8 -o -
  prints '"histogram"'
  gives 3 "$aeq" calibrate m.tflite --data d.npz --ranges entropy --resume all.json -o new.json
  says "all.json: holds ranges of the method minmax"
  gives 0 "$aeq" calibrate m.tflite --data random:2 -o random.json
  says "random:2: random numbers"
  gives 3 "$aeq" calibrate m.tflite --data random:2 --strict -o new.json
  gives 0 "$aeq" quantize m.tflite --recipe $recipe --data d.npz -o d.tflite
  says "the recipe needs no ranges"
  head -c 3000 d.npz >cut.npz
  gives 3 "$aeq" calibrate m.tflite --data cut.npz -o new.json
  says "cut.npz: is no .npz archive, or is cut off"
  gives 5 "$aeq" calibrate m.tflite --data nowhere.npz -o new.json
  gives 3 "$aeq" stats merge d.npz -o new.json
  gives 5 "$aeq" calibrate m.tflite --data d.npz --engine litert=nowhere.so -o new.json
  says "nowhere.so: can't be opened as a library"
  gives 3 "$aeq" calibrate "$here/../corpus/models/sparse_weight.tflite" --data random:1 -o new.json
  says "LiteRT may (--engine litert=PATH)"
  gives 3 "$aeq" calibrate m.tflite --data d.npz --max-memory 1K -o new.json
  says "the limit is 1024"
  no_file new.json
}

case_export() {
  model
  local size
  size="$(stat -c %s m.tflite)"
  gives 0 "$aeq" export m.tflite
  silent
  [[ "$(cat out)" == $'m.h\nm_tflite: '"$size bytes, aligned to 16" ]] || wrong "prints: $(cat out)"
  grep -qx "static const size_t m_tflite_len = $size;" m.h || wrong "m.h does not have the length"
  grep -qx " \* SHA-256:     $(sha256sum m.tflite | cut -d' ' -f1)" m.h || wrong "m.h does not have the hash"
  holds . m.tflite m.h out err

  # A source file gets a header beside it, or the one that is named.
  gives 0 "$aeq" export m.tflite --format c-array --name net --align 64 -o a.cc
  prints "a.cc, a.h"
  prints "net: $size bytes, aligned to 64"
  grep -qx "extern const unsigned char net\[$size\];" a.h || wrong "a.h does not declare the array"
  gives 0 "$aeq" export m.tflite --name net --align 64 -o b.inc --header a2.h
  diff <(sed 's/a2\.h/a.h/' b.inc) a.cc || wrong "b.inc and a.cc differ"
  same a.h a2.h

  # The same bytes by any way.
  gives 0 "$aeq" export m.tflite -o -
  same out m.h
  gives 0 bash -c "'$aeq' export - --name m_tflite -o p.h <m.tflite"
  diff <(sed 's/standard input/m.tflite/' p.h) m.h || wrong "p.h and m.h differ"

  # What made it: a name as it is, a file with its hash.
  echo '[{"regex": ".*", "operation": "*", "scheme": "dynamic_wi8_afp32"}]' >mine.json
  gives 0 "$aeq" export m.tflite --recipe $recipe -o r.h
  grep -qx " \* Recipe:      $recipe" r.h || wrong "r.h does not name the recipe"
  gives 0 "$aeq" export m.tflite --recipe static_wi4_ai16 -o r.h --overwrite
  grep -qx " \* Recipe:      static_wi4_ai16" r.h || wrong "r.h does not name the scheme"
  gives 0 "$aeq" export m.tflite --recipe mine.json -o r.h --overwrite --sync
  grep -qx " \* Recipe:      mine.json, SHA-256 $(sha256sum mine.json | cut -d' ' -f1)" r.h || wrong "r.h: $(head r.h)"
}

# What C and C++ compilers make of it, with all warnings, in all versions that they know: the bytes of the model.
case_export_compiled() {
  local cc="${CC:-cc}" cxx="${CXX:-c++}" standard
  command -v "$cc" >/dev/null && command -v "$cxx" >/dev/null || {
    echo "SKIPPED: there is no C compiler, or no C++ compiler"
    exit 0
  }
  model cnn
  model attention second.tflite
  gives 0 "$aeq" export m.tflite
  gives 0 "$aeq" export second.tflite --name second --align 256 -o second.c
  cp second.c second_too.cpp
  cat >main.c <<'END'
#include <stdio.h>
#include <string.h>
#include "m.h"
#include "m.h"
#include "second.h"
int main(int count, char** words) {
  int second_is_asked = count > 1 && strcmp(words[1], "second") == 0;
  if ((size_t)m_tflite % 16 != 0 || (size_t)second % 256 != 0) return 1;
  if (sizeof m_tflite != m_tflite_len || sizeof second != second_len) return 2;
  if (second_is_asked) return fwrite(second, 1, second_len, stdout) != second_len;
  return fwrite(m_tflite, 1, m_tflite_len, stdout) != m_tflite_len;
}
END
  cp main.c main_too.cpp
  local warnings=(-Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror)
  builds() { # COMPILER WORDS...
    rm -f program
    gives 0 "$@" "${warnings[@]}" -o program
    ./program >got || wrong "exit code $?: $*"
    same got m.tflite
    ./program second >got || wrong "exit code $?: $*"
    same got second.tflite
  }
  for standard in c90 c99 c11 gnu17; do builds "$cc" -std=$standard main.c second.c; done
  for standard in c++98 c++11 c++17 c++20; do builds "$cxx" -std=$standard main_too.cpp second_too.cpp; done
  gives 0 "$cc" -c second.c
  builds "$cxx" main_too.cpp second.o
  # Where programs have their read-only data.
  command -v objdump >/dev/null || return
  objdump -t second.o >symbols
  grep -qE ' \.rodata[a-z0-9.]*[[:space:]].* second$' symbols || wrong "the array is not in read-only memory: $(cat symbols)"
}

case_export_errors() {
  gives 2 "$aeq" export
  model
  gives 2 "$aeq" export m.tflite --format rust
  says "c-array"
  gives 2 "$aeq" export m.tflite --name 3d -o o.h
  says "\"3d\" can't be the name of an array: it begins with a digit"
  gives 2 "$aeq" export m.tflite --name while -o o.h
  says "has a meaning of its own"
  gives 2 "$aeq" export m.tflite --name a.b -o o.h
  says "no ASCII letters"
  for align in 0 8 48 1000000 -16; do gives 2 "$aeq" export m.tflite --align $align -o o.h; done
  gives 2 "$aeq" export m.tflite --header o.c -o o.c
  says "give it a name of its own"
  gives 2 bash -c "'$aeq' export - <m.tflite"
  says "say where to write with -o"
  gives 2 bash -c "'$aeq' export - -o o.h <m.tflite"
  says "--name"
  gives 5 "$aeq" export missing.tflite -o o.h
  says "missing.tflite"
  gives 5 "$aeq" export m.tflite --recipe static_wi8_ai9 -o o.h
  says "\"static_wi8_ai8\" is the nearest"
  gives 5 "$aeq" export m.tflite --recipe missing.json -o o.h
  says "missing.json"
  echo "no model" >text.tflite
  gives 3 "$aeq" export text.tflite -o o.h
  says "TFL3"
  echo mine >x.h
  gives 5 "$aeq" export m.tflite -o x.c
  says "x.h: exists"
  [[ "$(cat x.h)" == mine ]] || wrong "x.h was replaced"
  holds . m.tflite text.tflite x.h out err
  gives 0 "$aeq" export m.tflite -o x.c --overwrite
  [[ "$(wc -l <x.h)" -gt 10 ]] || wrong "x.h was not replaced"
}

# What a recipe makes of a model that was trained for quantization.
case_check_trained() {
  cp "$here/../corpus/models/fake_quant_cnn.tflite" "$here/../corpus/models/fake_quant_sharing.tflite" .
  gives 0 "$aeq" recipe check static_wi8_ai8 --model fake_quant_cnn.tflite
  silent
  prints "goes: its range becomes that of its tensor   (x_trained;)"
  prints "goes: its constant is rounded to its steps   (conv/w_trained;)"
  prints "6 of 6 operators would be quantized"
  prints "7 FAKE_QUANT would go; they give the ranges of 4 activations"
  gives 0 "$aeq" recipe check dynamic_wi8_afp32 --model fake_quant_cnn.tflite
  prints "stays: what is next to it stays float   (x_trained;)"
  prints "3 of 10 operators would be quantized"
  gives 3 "$aeq" recipe check static_wi8_ai8 --model fake_quant_sharing.tflite --strict
  prints "stays: its tensor has another range already   (a_thin;)"
  says "its FAKE_QUANT stays"
  gives 0 "$aeq" recipe check static_wi8_ai8 --model fake_quant_sharing.tflite --json
  prints '"what":"goes: its constant is rounded to its steps"'
  prints "its FAKE_QUANT stays"
}

case_overwrite() {
  model
  cp m.tflite whole.tflite
  echo old >o.tflite
  gives 5 "$aeq" quantize m.tflite --recipe $recipe -o o.tflite
  says "o.tflite: exists; "
  says "--overwrite"
  write_bad_recipe
  gives 3 "$aeq" quantize m.tflite --recipe bad.json -o o.tflite --overwrite
  gives 4 "$aeq" quantize m.tflite --recipe static_wi8_ai8 -o o.tflite --overwrite
  [[ "$(cat o.tflite)" == old ]] || wrong "the old file is not as it was"
  gives 0 "$aeq" quantize m.tflite --recipe $recipe -o o.tflite --overwrite
  gives 0 "$aeq" quantize m.tflite --recipe $recipe -o p.tflite --sync
  same o.tflite p.tflite
  # Output and input are one file.
  gives 5 "$aeq" quantize m.tflite --recipe $recipe -o m.tflite
  same m.tflite whole.tflite
  gives 0 "$aeq" quantize m.tflite --recipe $recipe -o m.tflite --overwrite
  same m.tflite p.tflite
  holds . bad.json err m.tflite o.tflite out p.tflite whole.tflite
}

case_strict() {
  model
  echo '[{"regex": "nothing_has_this_name", "operation": "*", "algorithm_key": "no_quantize"}]' >doubt.json
  gives 0 "$aeq" quantize m.tflite --recipe doubt.json -o o.tflite
  says "warning: "
  grep -q $'\x1b' err && wrong "colours without a terminal"
  gives 3 "$aeq" quantize m.tflite --recipe doubt.json -o p.tflite --strict
  says "--strict"
  no_file p.tflite
  gives 0 "$aeq" quantize m.tflite --recipe $recipe -o p.tflite --strict
  gives 0 "$aeq" recipe check doubt.json --model m.tflite
  gives 3 "$aeq" recipe check doubt.json --model m.tflite --strict
  gives 3 "$aeq" recipe check doubt.json --model m.tflite --strict --json
  one_json_line out
  gives 0 "$aeq" recipe check $recipe --model m.tflite --strict
  # A doubt that needs no model: a key that has no effect.
  echo '[{"regx": "x", "regex": ".*", "operation": "*", "algorithm_key": "no_quantize"}]' >key.json
  gives 0 "$aeq" recipe check key.json
  says "regx"
  gives 3 "$aeq" recipe check key.json --strict
  gives 3 "$aeq" quantize m.tflite --recipe key.json -o q.tflite --strict
  no_file q.tflite
}

case_threads() {
  local name
  for name in cnn fc_chain attention shared_weight_buffer; do
    model $name
    for scheme in $recipe weight_only_wi8_afp32 weight_only_wfp16_afp32; do
      gives 0 "$aeq" quantize m.tflite --recipe $scheme -o one.tflite --threads 1 --overwrite
      gives 0 "$aeq" quantize m.tflite --recipe $scheme -o four.tflite --threads 4 --overwrite
      same one.tflite four.tflite
    done
  done
}

case_no_terminal() {
  model
  gives 0 "$aeq" quantize m.tflite --recipe $recipe -o o.tflite
  grep -q $'[\x1b\r]' out err && wrong "progress or colours without a terminal"
  gives 3 "$aeq" quantize m.tflite --recipe $recipe --policy m.tflite -o p.tflite
  says "aeq: error: "
  grep -q $'[\x1b\r]' out err && wrong "progress or colours without a terminal"
}

case_python_flags() {
  gives 2 "$aeq" --model_file=m.tflite --recipe=dynamic_wi8_afp32 --output_dir=/tmp/x --overwrite_outputs
  says "aeq quantize m.tflite --recipe dynamic_wi8_afp32 -o /tmp/x/OUT.tflite --overwrite"
  gives 2 "$aeq" --model_file m.tflite --recipe r.json
  says "aeq quantize m.tflite --recipe r.json"
  prints_nothing
}

case_own_dumps() {
  local name
  for name in cnn while_body external_some custom_flexbuffer fc_nan_inf names_odd; do
    model $name
    gives 0 "$aeq" inspect m.tflite --json
    cp out a.json
    gives 0 "$aeq" diff m.tflite a.json
    prints "equal"
    gives 0 "$aeq" diff a.json m.tflite
    gzip -kf a.json
    gives 0 "$aeq" diff a.json.gz a.json
  done
  model fc_chain n.tflite
  gives 1 "$aeq" diff a.json n.tflite
}

# A file system of a few pages where we may make one, else a limit of file sizes.
case_no_space() {
  model
  gives 0 "$aeq" quantize m.tflite --recipe $recipe -o small.tflite
  mkdir full
  if [[ "$(id -u)" -eq 0 ]] && mount -t tmpfs -o size=64k tmpfs full 2>/dev/null; then
    mounted="$work/full"
    head -c 63k /dev/zero >full/filler 2>/dev/null
    head -c 8k /dev/zero >>full/filler 2>/dev/null
    echo old >old.tflite
    gives 5 "$aeq" quantize m.tflite --recipe $recipe -o full/o.tflite
    says "full/o.tflite: can't be"
    holds full filler
    umount full && mounted=""
  fi
  mkdir limited
  echo old >limited/old.tflite
  (
    ulimit -f 1 # 1024 bytes a file; the model takes some thousands
    "$aeq" quantize m.tflite --recipe $recipe -o limited/o.tflite >/dev/null 2>limited.err
    echo $? >limited.code
    "$aeq" quantize m.tflite --recipe $recipe -o limited/old.tflite --overwrite >/dev/null 2>>limited.err
    echo $? >>limited.code
  )
  [[ "$(tr '\n' ' ' <limited.code)" == "5 5 " ]] || wrong "exit codes $(tr '\n' ' ' <limited.code)with a limit of file sizes"
  grep -qF "limited/o.tflite: can't be written" limited.err || wrong "no word of it: $(cat limited.err)"
  [[ "$(cat limited/old.tflite)" == old ]] || wrong "the old file is not as it was"
  holds limited old.tflite
}

case_unwritable_folder() {
  model
  mkdir -m 555 closed
  local code=0
  if [[ "$(id -u)" -ne 0 ]]; then
    gives 5 "$aeq" quantize m.tflite --recipe $recipe -o closed/o.tflite
  elif command -v setpriv >/dev/null; then
    chmod 755 .
    cp "$aeq" aeq # where the other user may run it
    setpriv --reuid=65534 --regid=65534 --clear-groups ./aeq quantize m.tflite --recipe $recipe -o closed/o.tflite \
      >out 2>err || code=$?
    [[ "$code" -eq 5 ]] || wrong "exit code $code, not 5, in a folder that may not be written: $(cat err)"
  else
    echo "SKIPPED: root may write anywhere"
    exit 0
  fi
  says "closed/o.tflite: can't be created"
  holds closed
}

# Many runs, each killed at another moment: the target's name has all of the file or nothing.
case_killed() {
  model attention
  gives 0 "$aeq" quantize m.tflite --recipe $recipe -o expected.tflite
  mkdir target
  echo old >target/old.tflite
  local i whole=0 none=0 sync=""
  for i in $(seq 1 80); do
    [[ $((i % 2)) -eq 0 ]] && sync="--sync" || sync=""
    "$aeq" quantize m.tflite --recipe $recipe -o target/o.tflite $sync >/dev/null 2>&1 &
    local pid=$!
    [[ $((i % 4)) -ge 2 ]] && sleep "0.000$((i % 10))"
    kill -9 $pid 2>/dev/null
    wait $pid 2>/dev/null
    if [[ -e target/o.tflite ]]; then
      cmp -s target/o.tflite expected.tflite || wrong "a partial file after a kill"
      rm target/o.tflite
      whole=$((whole + 1))
    else
      none=$((none + 1))
    fi
    holds target old.tflite
    "$aeq" quantize m.tflite --recipe $recipe -o target/old.tflite --overwrite $sync >/dev/null 2>&1 &
    pid=$!
    [[ $((i % 4)) -ge 2 ]] && sleep "0.000$(((i + 3) % 10))"
    kill -9 $pid 2>/dev/null
    wait $pid 2>/dev/null
    cmp -s target/old.tflite expected.tflite || [[ "$(cat target/old.tflite)" == old ]] || wrong "neither old nor new after a kill"
    rm -f target/old.tflite.*.part # the moment between giving the new file a name and replacing the old one
    echo old >target/old.tflite
  done
  echo "killed: $whole whole, $none without a file"
}

case_killed_while_reading() {
  # The input never ends: the process is surely in the middle.
  mkfifo pipe
  mkdir target
  { head -c 3000 "$models/cnn.tflite"; sleep 5; } >pipe 2>/dev/null &
  local feeder=$!
  "$aeq" quantize pipe --recipe $recipe -o target/o.tflite >/dev/null 2>&1 &
  local pid=$!
  sleep 0.2
  kill -9 $pid
  wait $pid 2>/dev/null
  kill $feeder 2>/dev/null
  wait $feeder 2>/dev/null
  holds target
}

# Somebody cuts the input off while it is read. The recipe comes late, from a pipe, so that the model is mapped already.
case_input_cut_off() {
  model
  mkdir target
  mkfifo recipe.json
  "$aeq" quantize m.tflite --recipe recipe.json -o target/o.tflite >out 2>err &
  local pid=$! code=0
  sleep 0.3
  : >m.tflite
  "$aeq" recipe show $recipe >recipe.json
  wait $pid 2>/dev/null || code=$?
  [[ "$code" -eq 5 ]] || wrong "exit code $code, not 5, for an input that got shorter"
  says "got shorter"
  holds target
}

# Somebody replaces the input by rename while it is read: the output is of the one or of the other, never of both.
case_input_replaced() {
  model cnn a.tflite
  model attention b.tflite
  gives 0 "$aeq" quantize a.tflite --recipe $recipe -o expected_a.tflite
  gives 0 "$aeq" quantize b.tflite --recipe $recipe -o expected_b.tflite
  cp a.tflite m.tflite
  local i
  (for i in $(seq 1 100); do
    cp b.tflite next && mv next m.tflite
    cp a.tflite next && mv next m.tflite
  done) &
  local mover=$!
  for i in $(seq 1 60); do
    gives 0 "$aeq" quantize m.tflite --recipe $recipe -o o.tflite --overwrite
    cmp -s o.tflite expected_a.tflite || cmp -s o.tflite expected_b.tflite || wrong "the output is of neither model"
  done
  wait $mover
}

cases="$(declare -F | sed -n 's/^declare -f case_//p')"
case "${2:-}" in
  "") echo "$cases"; exit 0 ;;
  all)
    for name in $cases; do
      echo "== $name"
      "$here/$(basename "$0")" "$aeq" "$name" || failures=$((failures + 1))
    done
    ;;
  *) declare -F "case_$2" >/dev/null || { echo "no case $2"; exit 2; }; "case_$2" ;;
esac
if [[ "$failures" -gt 0 ]]; then echo "$failures failure(s)"; exit 1; fi
echo ok
