#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Links between pages lead somewhere: to a file that exists, and to a heading of it. Links to the net are not followed.
#
#   check_links.sh ROOT PAGE...
set -uo pipefail
cd "$1" || exit 1
shift
count=0 bad=0

# The anchors of a page: headings in lower case, without signs, with "-" for each space.
anchors() { # PAGE
  awk '/^ *```/ { inside = !inside } !inside && /^#+ / { sub(/^#+ +/, ""); print }' "$1" |
    tr '[:upper:]' '[:lower:]' | sed -E 's/\[([^]]*)\]\([^)]*\)/\1/g; s/[^a-z0-9 _-]//g; s/ /-/g'
}

for page in "$@"; do
  while IFS=: read -r line target; do
    case "$target" in http*://* | mailto:*) continue ;; esac
    count=$((count + 1))
    file="${target%%#*}"
    path="$page"
    [[ -z "$file" ]] || path="$(dirname "$page")/$file"
    if [[ ! -e "$path" ]]; then
      echo "$page:$line: there is no $path"
      bad=$((bad + 1))
    elif [[ "$target" == *"#"* ]] && ! anchors "$path" | grep -qxF -- "${target#*#}"; then
      echo "$page:$line: $path has no heading #${target#*#}"
      bad=$((bad + 1))
    fi
  done < <(awk '
    /^ *```/ { inside = !inside; next }
    inside { next }
    {
      gsub(/`[^`]*`/, "")
      while (match($0, /\]\([^) ]+\)/)) {
        print NR ":" substr($0, RSTART + 2, RLENGTH - 3)
        $0 = substr($0, RSTART + RLENGTH)
      }
    }
  ' "$page")
done
echo "$count links on $# pages, $bad of them bad"
[[ "$count" -gt 0 && "$bad" -eq 0 ]]
