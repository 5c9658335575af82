#!/bin/sh
# tidy.sh SOURCE BUILD: clang-tidy over every .cpp of ours that was built, but the tests. What passed once is remembered by a hash of all that the
# answer depends on (the file, our headers it includes, its flags, .clang-tidy, the version), so it is judged once on a machine.
set -eu
source=$(cd "$1" && pwd -P)
build=$(cd "$2" && pwd -P)

version=$(clang-tidy --version 2>/dev/null | sed -n 's/.*version \([0-9.]*\).*/\1/p')
if [ "${version%%.*}" != 14 ]; then
  echo "SKIPPED: clang-tidy 14 judges here, and this machine has ${version:-none}"
  exit 0
fi
if [ ! -e "$build/build.ninja" ]; then
  echo "SKIPPED: ninja tells which headers a file includes, and it did not build this"
  exit 0
fi

cache=${XDG_CACHE_HOME:-${HOME:-}/.cache}
[ -O "${HOME:-}" ] || cache=$build  # under sudo the home may be somebody else's
passed=$cache/cooperage/tidy
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$passed" "$work/commands" "$work/flags" "$work/keys" "$work/logs"
cd "$source"

# In the folders of $work a file of ours is named by its path with '%' for '/'.
# commands/NAME: gcc's command line, as a shell reads it.
awk -v source="$source/" -v out="$work/commands/" '
  function value(line) {
    sub(/^[^:]*: "/, "", line); sub(/",?$/, "", line)
    gsub(/\\"/, "\"", line); gsub(/\\\\/, "\\", line)
    return line
  }
  /^  "command":/ { command = value($0) }
  /^  "file":/ {
    file = value($0)
    if (index(file, source) != 1) next
    name = substr(file, length(source) + 1)
    if (name !~ /^(toolkit|solutions|bench)\/|^labs\/[^\/]*\/check\.cpp$/ || name !~ /\.cpp$/ || name ~ /_test\.cpp$|\/test_[^\/]*$/) next
    gsub(/\//, "%", name)
    print command > (out name); close(out name)
  }' "$build/compile_commands.json"

# flags/NAME: what of it is for clang too, a word a line. Without the precompiled header, so each file must include what it uses.
flags_of() {
  eval "set -- $1"
  while [ $# -gt 0 ]; do
    case $1 in
      -I* | -D* | -std=*) printf '%s\n' "$1" ;;
      -isystem) printf '%s\n' "$1" "$2" && shift ;;
    esac
    shift
  done
}
for command in "$work/commands"/*; do
  flags_of "$(cat "$command")" >"$work/flags/${command##*/}"
done

# Another clone of the same files gets the same answer.
without_places() {
  awk -v source="$source" -v build="$build" '
    function cut(place, at) { while ((at = index($0, place)) > 0) $0 = substr($0, 1, at - 1) substr($0, at + length(place)) }
    { cut(build); cut(source); print }' "$1"
}

# keys/NAME: all that the answer depends on.
ninja -C "$build" -t deps >"$work/deps" 2>/dev/null
ours() { awk -v source="$source/" '/^    / { $0 = substr($0, 5); if (index($0, source) == 1) print }'; }
ours <"$work/deps" | sort -u | xargs -d '\n' sha256sum >"$work/sums"
awk -v source="$source/" -v out="$work/keys/" '
  FNR == NR { sum[substr($0, 67)] = $1; next }
  !/^    / { name = ""; next }
  { file = substr($0, 5) }
  !(file in sum) { next }
  name == "" { name = substr(file, length(source) + 1); gsub(/\//, "%", name) }
  { print sum[file] > (out name) }' "$work/sums" "$work/deps"
for key in "$work/keys"/*; do
  flags=$work/flags/${key##*/}
  if [ -e "$flags" ]; then { echo "$version" && cat .clang-tidy && without_places "$flags"; } >>"$key"; else rm "$key"; fi
done

(cd "$work/keys" && sha256sum -- *) | while read -r hash name; do
  [ -e "$passed/$hash" ] || echo "$hash $name"
done >"$work/todo"
echo "$(find "$work/keys" -type f | wc -l) files, $(wc -l <"$work/todo") of them not judged before"
xargs -r -P "$(nproc)" -L 1 sh "$source/cmake/habits/tidy_file.sh" "$work" "$passed" <"$work/todo"
