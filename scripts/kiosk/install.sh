#!/bin/sh
# Installs Understudy from the folder of this script on this machine, goes back to the version before, or removes it.
set -eu

usage() {
  echo 'Usage: install.sh [--back | --uninstall] [--root <folder>]' >&2
  echo '  --back: to the version that was installed before' >&2
  echo '  --root: writes files below that folder only; no packages, no user, no services' >&2
  exit 2
}

fail() {
  echo "install.sh: $1" >&2
  exit 1
}

action=install root=''
while [ $# -gt 0 ]; do
  case $1 in
    --back | --uninstall) action=${1#--} ;;
    --root)
      [ -d "${2:-}" ] || usage
      root=$(CDPATH='' cd -- "$2" && pwd)
      shift
      ;;
    *) usage ;;
  esac
  shift
done
[ -n "$root" ] || [ "$(id -u)" = 0 ] || fail 'Run it as root.'

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)
opt=$root/opt/understudy

# With systemctl's verbs for units that are enabled; the other units are started by these.
enabled_units() {
  "$@" understudy-server.socket understudy-kiosk.service understudy-night.timer
}

# On this machine, not below --root.
machine() {
  [ -n "$root" ] || "$@"
}

# systemd itself does not run while Debian's installer or a chroot does.
systemd() {
  [ -n "$root" ] || [ ! -d /run/systemd/system ] || systemctl "$@"
}

missing_packages() {
  while read -r package; do
    [ "$(dpkg-query --show --showformat '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] ||
      printf '%s ' "$package"
  done <"$here/target/packages.txt"
}

install_packages() {
  missing=$(missing_packages)
  [ -n "$missing" ] || return 0
  [ -f "$here/packages/Packages" ] ||
    fail "These Debian packages are missing, and the stick has none: apt-get install --no-install-recommends $missing"
  work=$(mktemp -d)
  # A path without spaces, as apt wants it.
  ln -s "$here/packages" "$work/packages"
  echo "deb [trusted=yes] file:$work/packages ./" >"$work/sources.list"
  mkdir -p "$work/lists/partial"
  for step in update "install --yes --no-install-recommends $missing"; do
    # shellcheck disable=SC2086 # Words of a command.
    DEBIAN_FRONTEND=noninteractive apt-get --quiet -o APT::Sandbox::User=root -o Dir::Etc::SourceList="$work/sources.list" \
      -o Dir::Etc::SourceParts=/dev/null -o Dir::State::Lists="$work/lists" $step
  done
  rm -rf "$work"
}

# Files of the release $1 outside of /opt/understudy; `current` becomes that release at once, or not at all.
activate() {
  target=$opt/releases/$1/target
  for unit in "$target"/understudy-*; do
    install -D -m 644 "$unit" "$root/etc/systemd/system/$(basename "$unit")"
  done
  install -D -m 644 "$target/policies.json" "$root/etc/chromium/policies/managed/understudy.json"
  install -D -m 644 "$target/xorg.conf" "$root/etc/X11/xorg.conf.d/90-understudy.conf"
  install -D -m 644 "$target/xkb-rules" "$root/usr/share/X11/xkb/rules/understudy"
  install -D -m 644 "$target/xkb-symbols" "$root/usr/share/X11/xkb/symbols/understudy"
  [ -f "$root/etc/understudy/kiosk.conf" ] ||
    install -D -m 644 "$target/kiosk.conf" "$root/etc/understudy/kiosk.conf"
  ln -s "releases/$1" "$opt/current.new"
  mv -T "$opt/current.new" "$opt/current"
  sync
  machine enabled_units systemctl --quiet enable
  systemd daemon-reload
  systemd restart understudy-server.socket understudy-night.timer
  systemd restart understudy-server.service understudy-kiosk.service
}

install_release() {
  (cd "$here" && sha256sum --check --strict --quiet SHA256SUMS >&2) ||
    fail 'The files named above are damaged. Nothing was changed. Make the stick anew.'
  machine install_packages
  release=$(sha256sum "$here/SHA256SUMS" | cut -c 1-12)
  old=$(readlink "$opt/current" || true)
  old=${old#releases/}

  incoming=$opt/releases/.incoming
  rm -rf "$incoming"
  mkdir -p "$incoming"
  # Only what was checked; tar, unlike cp, keeps times and needs no owners.
  (cd "$here" && cut -c 67- SHA256SUMS | grep -v '^\./packages/' |
    tar --create --verbatim-files-from --files-from - SHA256SUMS) |
    tar --extract --directory "$incoming" --no-same-owner --no-same-permissions
  chmod -R u=rwX,go=rX "$incoming"
  chmod 755 "$incoming/target/browser.sh" "$incoming/install.sh"
  [ -f "$incoming/app/exhibit.json" ] || [ ! -f "$opt/current/app/exhibit.json" ] ||
    cp --preserve=timestamps "$opt/current/app/exhibit.json" "$incoming/app/exhibit.json"
  [ "$old" = "$release" ] || [ -z "$old" ] || ln -sfn "releases/$old" "$opt/previous"
  rm -rf "$opt/releases/$release"
  mv "$incoming" "$opt/releases/$release"

  machine add_user
  activate "$release"
  for other in "$opt"/releases/*; do
    case releases/$(basename "$other") in
      "$(readlink "$opt/current")" | "$(readlink "$opt/previous")") ;;
      *) rm -rf "$other" ;;
    esac
  done
  echo "Installed release $release.${old:+ Before: $old.}"
}

add_user() {
  id understudy >/dev/null 2>&1 ||
    useradd --create-home --home-dir /var/lib/understudy --shell /usr/sbin/nologin --groups audio,video,render understudy
}

go_back() {
  [ -e "$opt/previous" ] || fail 'No version before this one is kept.'
  old=$(basename "$(readlink "$opt/current")")
  before=$(basename "$(readlink "$opt/previous")")
  ln -sfn "releases/$old" "$opt/previous"
  activate "$before"
  echo "Back to release $before. Before: $old."
}

uninstall() {
  enabled_units systemd stop understudy-server.service
  machine enabled_units systemctl --quiet disable
  rm -rf "$opt"
  rm -f "$root"/etc/systemd/system/understudy-* "$root/etc/chromium/policies/managed/understudy.json" \
    "$root/etc/X11/xorg.conf.d/90-understudy.conf" "$root"/usr/share/X11/xkb/*/understudy
  systemd daemon-reload
  echo 'Removed. Kept: /etc/understudy (settings) and /var/lib/understudy (PIN, counters and voices).'
  echo "To delete them: rm -r $root/etc/understudy; userdel --remove understudy"
}

case $action in
  install) install_release ;;
  back) go_back ;;
  uninstall) uninstall ;;
esac
