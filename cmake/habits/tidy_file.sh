#!/bin/sh
# tidy_file.sh WORK PASSED HASH NAME: one clang-tidy for tidy.sh; success leaves PASSED/HASH.
set -eu
work=$1 passed=$2 hash=$3 name=$4
file=$(echo "$name" | tr % /)
if xargs -d '\n' clang-tidy --quiet "$file" -- <"$work/flags/$name" >"$work/logs/$hash" 2>&1; then
  : >"$passed/$hash"
else
  grep -v 'warnings generated' "$work/logs/$hash"
  exit 1
fi
