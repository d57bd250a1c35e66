#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The HTML report in a browser: report_page.sh AEQ [SCREENSHOTS]. Optional: needs chromium (Debian's package of that
# name). The page must run without errors, sort its tables, stay within narrow and wide windows, and turn dark. With a
# folder, pictures of it go there. The last line is "ok", "SKIPPED: why" or the number of failures.
set -uo pipefail
aeq="$(realpath "$1")"
pictures="${2:-}"
here="$(cd "$(dirname "$0")" && pwd)"
browser="$(command -v chromium || command -v chromium-browser || true)"
if [[ -z "$browser" ]]; then
  echo "SKIPPED: no chromium (apt-get install chromium)"
  exit 0
fi
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
digits="$here/../../examples/digits"
"$aeq" quantize "$digits/digits.tflite" --recipe static_wi8_ai8 --data "$digits/digits_calibration.npz" \
  -o "$work/q.tflite" --report "$work/report.html" >/dev/null || exit 1

# A page with a script behind it that looks at what the reader would see, and writes it into the page.
sed 's#</body>#<pre id="seen"></pre><script>\
  const seen = [];\
  window.addEventListener("error", e => seen.push("error: " + e.message));\
  const say = (what, value) => seen.push(what + ": " + value);\
  const column = (table, i) => [...table.tBodies[0].rows].map(r => Number(r.cells[i].dataset.v));\
  const falls = v => v.every((x, i) => i === 0 || v[i - 1] >= x);\
  const rises = v => v.every((x, i) => i === 0 || v[i - 1] <= x);\
  const layers = document.querySelector("table.layers");\
  say("titles", document.querySelectorAll("th button").length);\
  say("worst first", rises(column(layers, 3)));\
  layers.tHead.rows[0].cells[0].firstChild.click();\
  say("down", falls(column(layers, 0)));\
  layers.tHead.rows[0].cells[0].firstChild.click();\
  say("up", rises(column(layers, 0)) \&\& !falls(column(layers, 0)));\
  layers.tHead.rows[0].cells[1].firstChild.click();\
  say("by name", layers.tBodies[0].rows[0].cells[1].textContent);\
  say("layers", document.querySelectorAll("svg.chart g").length);\
  say("tall bars", [...document.querySelectorAll("svg.chart rect.own")].filter(r => r.getBBox().height > 5).length);\
  say("histograms", [...document.querySelectorAll("table.tensors path")].filter(p => p.getBBox().height > 20).length > 10);\
  say("fits", document.documentElement.scrollWidth <= window.innerWidth);\
  const light = getComputedStyle(document.body).backgroundColor.match(/[0-9]+/g).map(Number);\
  say("page", light[0] > 128 ? "light" : "dark");\
  const ink = getComputedStyle(document.body).color.match(/[0-9]+/g).map(Number);\
  say("ink", ink[0] > 128 ? "light" : "dark");\
  document.getElementById("seen").textContent = seen.join("; ");\
</script></body>#' "$work/report.html" >"$work/tested.html"

failures=0
open_page() { # WIDTH FLAG...
  local width="$1"
  shift
  timeout 90 "$browser" --headless --no-sandbox --disable-gpu --no-first-run --user-data-dir="$work/profile" \
    --window-size="$width,1000" "$@" 2>/dev/null
}
sees() { # WIDTH PAGE INK FLAG...
  local width="$1" wanted found
  wanted="titles: 22; worst first: true; down: true; up: true; by name: SOFTMAX; layers: 10; tall bars: 10; histograms: true; fits: true; page: $2; ink: $3"
  shift 3
  found="$(open_page "$width" "$@" --dump-dom "file://$work/tested.html" | sed -n 's/.*<pre id="seen">\([^<]*\)<.*/\1/p' | head -1)"
  [[ "$found" == "$wanted" ]] && return
  echo "width $width, $*: the page has \"$found\", not \"$wanted\""
  failures=$((failures + 1))
}
sees 1200 light dark --blink-settings=preferredColorScheme=1
sees 500 light dark --blink-settings=preferredColorScheme=1
sees 1200 dark light --blink-settings=preferredColorScheme=0
if [[ -n "$pictures" ]]; then
  mkdir -p "$pictures"
  pictures="$(realpath "$pictures")"
  for colour in 1:light 0:dark; do
    open_page 1200 --hide-scrollbars --blink-settings=preferredColorScheme="${colour%:*}" --window-size=1200,1500 \
      --screenshot="$pictures/report_${colour#*:}.png" "file://$work/report.html" >/dev/null
  done
fi
[[ "$failures" -eq 0 ]] && echo ok || echo "$failures failure(s)"
exit "$failures"
