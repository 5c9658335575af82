#!/bin/sh
# Called with SOURCE: every shell script, known by its first line, passes shellcheck.
set -eu
cd "$1"
if ! command -v shellcheck >/dev/null; then
  echo "SKIPPED: shellcheck is not installed"
  exit 0
fi
scripts=$(find . \( -path ./build -o -path ./.git -o -path ./.lab \) -prune -o -type f -exec \
  awk 'FNR == 1 { if (/^#!.*[\/ ](ba|da)?sh( |$)/) print FILENAME; nextfile }' {} +)
echo "$scripts"
echo "$scripts" | tr '\n' '\0' | xargs -0 shellcheck --external-sources --enable=check-unassigned-uppercase
