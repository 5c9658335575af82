#!/bin/sh
# format.sh SOURCE: is every C++ file as clang-format would write it?
set -eu
cd "$1"
found=$(clang-format --version 2>/dev/null | sed -n 's/.*version \([0-9]*\).*/\1/p')
if [ "$found" != 14 ]; then
  echo "SKIPPED: clang-format 14 decides here, and this machine has ${found:-none}"
  exit 0
fi
# Not what learners edit: their files are theirs.
wrong=$(find toolkit solutions bench labs \( -path 'labs/*' ! -name check.cpp \) -prune -o -name '*.[ch]pp' -exec clang-format --dry-run -Werror {} + 2>&1 | sed -n 's/^\([^ :]*\):[0-9].*/\1/p' | sort -u)
if [ -n "$wrong" ]; then
  echo "$wrong"
  echo "'clang-format -i FILE' mends each of these."
  exit 1
fi
