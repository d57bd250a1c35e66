# SPDX-License-Identifier: Apache-2.0
# Takes the code blocks out of a Markdown page: awk -v folder=FOLDER -v page=NAME -f blocks.awk PAGE
#
# Each block becomes FOLDER/LINE, by the line that its fence stands in, and a line on standard output:
#
#   LINE|LANGUAGE|MARKS
#
# LANGUAGE is what stands behind the fence, in one word (```json policy is json_policy). MARKS are the HTML comments
# right above the block, each as "KEY: VALUE" or "KEY", with the character \037 in between. What can't be told apart is an error: a fence
# that is not closed, or a block that is set in instead of fenced.
function complain(text) { print page ":" NR ": " text >"/dev/stderr"; bad = 1 }

BEGIN { marks = ""; last = ""; in_list = 0 }

file != "" {
  if ($0 ~ /^ *```+ *$/) { close(file); file = ""; last = ""; next }
  sub("^" indent, "")
  print >file
  next
}

/^ *```/ {
  match($0, /^ */)
  indent = substr($0, 1, RLENGTH)
  language = $0
  sub(/^ *```+ */, "", language)
  sub(/ +$/, "", language)
  gsub(/ +/, "_", language)
  print NR "|" (language == "" ? "none" : language) "|" marks
  file = folder "/" NR
  printf "" >file
  opened = NR
  marks = ""
  next
}

/^ *<!-- .* -->$/ {
  mark = $0
  sub(/^ *<!-- */, "", mark)
  sub(/ *-->$/, "", mark)
  marks = marks (marks == "" ? "" : "\037") mark
  next
}

{ if ($0 !~ /^ *$/) marks = "" }
/^(    |\t)/ && last == "" && !in_list { complain("a block that is set in; put it between ``` and name its language") }
/^ *([0-9]+\.|[-*]) / { in_list = 1 }
/^[^ ]/ && !/^([0-9]+\.|[-*]) / { in_list = 0 }
{ last = $0; sub(/^ +$/, "", last) }

END {
  if (file != "") complain("the block of line " opened " is not closed")
  exit bad
}
