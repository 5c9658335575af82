#!/bin/sh
# doxygen.sh SOURCE BUILD: the reference, made into BUILD/docs/html without a warning.
set -eu
cd "$1"
build=$2
out=$build/docs
if ! command -v doxygen >/dev/null; then
  echo "SKIPPED: doxygen is not installed"
  exit 0
fi
mkdir -p "$out"
# Tests may run as root in a tree of somebody else, whose it stays.
if [ "$(id -u)" = 0 ]; then trap 'chown -R --reference="$build" "$out"' EXIT; fi
theme=/usr/share/doxygen-awesome-css
style=
if [ -d "$theme" ]; then style="$theme/doxygen-awesome.css $theme/doxygen-awesome-sidebar-only.css"; fi
{
  cat docs/Doxyfile
  echo "OUTPUT_DIRECTORY = \"$out\""
  echo "USE_MDFILE_AS_MAINPAGE = \"$PWD/README.md\""
  echo "HTML_EXTRA_STYLESHEET = $style"
} | doxygen -
echo "$out/html/index.html"
