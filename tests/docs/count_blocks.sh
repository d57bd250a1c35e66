#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Each code block of all pages is of a kind that is tested, and how many there are of each.
#
#   count_blocks.sh ROOT PAGE...
set -uo pipefail
root="$1"
shift
# shellcheck source=/dev/null
source "$root/tests/docs/blocks.sh"
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
all="" bad=0
for page in "$@"; do
  rm -rf "${folder:?}"/*
  all+="$(list_blocks "$root" "$page" "$folder")"$'\n' || bad=1
done
cut -d'|' -f2 -s <<<"$all" | sort | uniq -c | sed 's/^ *//'
echo "$(grep -c '|' <<<"$all") blocks on $# pages"
exit $bad
