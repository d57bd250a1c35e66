#!/usr/bin/env zsh
# SPDX-License-Identifier: Apache-2.0
#
# What zsh offers: types into a zsh in a terminal of its own and reads the list that comes.
#
#   zsh -f completion.zsh AEQ FILE
aeq=${1:A} file=${2:A}
if [[ ! -x $aeq ]]; then
  print "SKIPPED: $aeq is not built"
  exit 0
fi
zsh -n $file || exit 1
if ! zmodload zsh/zpty 2>/dev/null; then
  print "SKIPPED: this zsh has no zsh/zpty; the file parses"
  exit 0
fi
work=$(mktemp -d)
trap 'zpty -d shell 2>/dev/null; rm -rf $work' EXIT
mkdir $work/functions
cp $file $work/functions/_aeq
touch $work/net.tflite $work/notes.txt $work/mine.json

integer cases=0 bad=0
heard=""
# Reads until a text comes; false after ten seconds without it.
hear() { # TEXT
  local piece
  integer tries
  heard=""
  for ((tries = 0; tries < 200; ++tries)); do
    while zpty -rt shell piece 2>/dev/null; do heard+=$piece; done
    [[ $heard == *$1* ]] && return 0
    sleep 0.05
  done
  return 1
}
zpty shell env TERM=dumb COLUMNS=200 zsh -f -i
zpty -w shell "cd $work; PS1=; fpath=($work/functions \$fpath); path=(${aeq:h} \$path)"
zpty -w shell "autoload -U compinit; compinit -u -D; bindkey '^D' list-choices; LISTMAX=1000; echo rea''dy"
hear ready || { print "zsh does not start: $heard"; exit 1; }

# The choices for a line hold one text and not another.
offers() { # LINE WANTED [UNWANTED]
  ((++cases))
  zpty -w -n shell "$1"$'\C-d'
  if ! hear $2; then
    print -r -- "$1|: $2 expected; offered: $heard"
    ((++bad))
  elif [[ -n ${3:-} && $heard == *$3* ]]; then
    print -r -- "$1|: $3 offered"
    ((++bad))
  fi
  zpty -w -n shell $'\C-u'
}
offers 'aeq ' 'Quantize a model by a recipe'
offers 'aeq quantize ' net.tflite notes.txt
offers 'aeq quantize --re' 'A recipe that comes with aeq' --policy
offers 'aeq quantize net.tflite --recipe dynamic_leg' dynamic_legacy_wi8_afp32 weight_only
offers 'aeq quantize net.tflite --recipe ' mine.json notes.txt
offers 'aeq quantize net.tflite --policy ' mine.json notes.txt
offers 'aeq recipe ' 'The recipes that come with aeq' 'Quantize a model'
offers 'aeq diff ' mine.json notes.txt
print "$cases command lines, $bad wrong"
((bad == 0))
