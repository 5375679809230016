#!/bin/sh
# Puts everything that a kiosk needs into <folder>/understudy: docs/deploy.md says how to use it.
set -eu

usage() {
  echo 'Usage: make-stick.sh <folder> [--exhibit <exhibit.json>] [--packages]' >&2
  echo '  --packages: also the Debian packages, for a kiosk of the same Debian release and processor as this machine' >&2
  exit 2
}

fail() {
  echo "make-stick.sh: $1" >&2
  exit 1
}

folder='' exhibit='' packages=no
while [ $# -gt 0 ]; do
  case $1 in
    --exhibit)
      [ $# -gt 1 ] || usage
      exhibit=$2
      shift
      ;;
    --packages) packages=yes ;;
    -*) usage ;;
    *)
      [ -z "$folder" ] || usage
      folder=$1
      ;;
  esac
  shift
done
[ -n "$folder" ] || usage
[ -d "$folder" ] || fail "There is no folder $folder. Mount the stick there first."
[ -z "$exhibit" ] || [ -f "$exhibit" ] || fail "There is no file $exhibit."

scripts=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
dist=${DIST:-$scripts/../dist}
[ -f "$dist/index.html" ] || fail "The app is not built: run 'npm run build' first."

# A stick with FAT knows neither owners nor permissions. Without its time, a .br or .gz file could seem older than what it was made of.
copy() {
  cp -R --preserve=timestamps -- "$@"
}

stick=$(CDPATH='' cd -- "$folder" && pwd)/understudy
rm -rf -- "$stick"
mkdir -p -- "$stick/server/kiosk"
copy "$dist" "$stick/app"
copy "$scripts/files.mjs" "$scripts/headers.mjs" "$stick/server/"
copy "$scripts/kiosk/server.mjs" "$stick/server/kiosk/"
copy "$scripts/kiosk/target" "$stick/target"
copy "$scripts/kiosk/install.sh" "$stick/"
[ -z "$exhibit" ] || copy "$exhibit" "$stick/app/exhibit.json"

# Downloads the packages with all they depend on, as for a machine on which nothing is installed, and describes them for apt.
add_packages() {
  work=$(mktemp -d)
  trap 'rm -rf -- "$work"' EXIT
  mkdir -p "$work/archives/partial" "$stick/packages"
  : >"$work/status"
  # shellcheck disable=SC2046 # One argument for each package.
  apt-get install --download-only --yes --quiet --no-install-recommends \
    -o APT::Sandbox::User=root -o Dir::State::status="$work/status" -o Dir::Cache::archives="$work/archives" \
    $(cat "$scripts/kiosk/target/packages.txt")
  for package in "$work"/archives/*.deb; do
    # A colon, as in the version of a package, is not allowed in the names of a stick with FAT.
    name=$(basename "$package" | sed 's/%3a/-/')
    cp -- "$package" "$stick/packages/$name"
    dpkg-deb --field "$package"
    printf 'Filename: ./%s\nSize: %s\nSHA256: %s\n\n' "$name" "$(stat -c %s "$package")" \
      "$(sha256sum "$package" | cut -d ' ' -f 1)"
  done >"$stick/packages/Packages"
}
[ "$packages" = no ] || add_packages

cd -- "$stick"
find . -type f -exec sha256sum {} + | LC_ALL=C sort -k 2 >"$stick.sums"
mv -- "$stick.sums" SHA256SUMS
sync
echo "$(wc -l <SHA256SUMS) files are in $stick, $(du -sh . | cut -f 1)."
