#!/bin/bash
# Goes through docs/deploy.md on a plain Debian, with a virtual screen and without a network; a line for each step.
# Nothing of this machine is changed: what the installation writes is mounted in a namespace of this process alone.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
if [ "${1:-}" != --in-namespace ]; then
  [ $# = 0 ] || { echo "Usage: check.sh (as root, after 'npm ci' and 'npm run build')" >&2; exit 2; }
  for program in chromium Xvfb xinit xdotool xmodmap xrandr ip systemd-analyze systemd-socket-activate unshare setpriv; do
    command -v "$program" >/dev/null ||
      { echo 'check.sh needs Debian packages: apt-get install --no-install-recommends' \
        "$(tr '\n' ' ' <"$here/target/packages.txt")" xvfb xdotool x11-xkb-utils iproute2 >&2; exit 1; }
  done
  exec unshare --mount --net --pid --fork --kill-child --mount-proc "$0" --in-namespace
fi

passed=0 failed=0
work=$(mktemp -d "${TMPDIR:-/tmp}/understudy-kiosk.XXXXXX")
chmod 755 "$work"
display=:87

# step <what to see> <command ...>: a line that says whether the command succeeded; what it printed, if it did not.
step() {
  local what=$1
  shift
  if "$@" >"$work/step.log" 2>&1; then
    passed=$((passed + 1)) && echo "ok      $what"
  else
    failed=$((failed + 1)) && echo "FAILED  $what" && sed 's/^/        /' "$work/step.log" | head -n 20
  fi
}
refused() { ! "$@"; }
same() { diff -r "$1" "$2"; }

echo "$(sed -n 's/^PRETTY_NAME=//p' /etc/os-release), $(chromium --version 2>/dev/null), node $(node --version), $(systemd-analyze --version | head -n 1)"

# 1. The stick
mkdir "$work/stick" "$work/root" "$work/home"
cat >"$work/exhibit.json" <<'EXHIBIT'
{
  "format": "understudy-exhibit",
  "version": 1,
  "title": { "en": "An exhibit from the stick" },
  "accentColour": "#f2b84b",
  "languages": ["en"],
  "voices": [{ "id": "kathleen" }],
  "prompts": [{ "en": "I was here." }],
  "idleSeconds": 45,
  "volume": 0.8,
  "noticeBeforePlayback": false,
  "exportAllowed": false
}
EXHIBIT
step 'the stick is made, with an exhibit' "$here/make-stick.sh" "$work/stick" --exhibit "$work/exhibit.json"
stick=$work/stick/understudy
sums() { (cd "$stick" && sha256sum --check --strict --quiet SHA256SUMS); }
step 'every file on the stick has the sum in SHA256SUMS' sums

# 2. Installation
install=("$stick/install.sh" --root "$work/root")
cp "$stick/app/icon.svg" "$work/icon.svg"
echo damaged >>"$stick/app/icon.svg"
step 'a damaged stick is refused' refused "${install[@]}"
step 'and nothing is written' refused test -e "$work/root/opt"
cp "$work/icon.svg" "$stick/app/icon.svg"
step 'the stick is installed' "${install[@]}"
opt=$work/root/opt/understudy
step 'the installed app is that of the stick' same "$stick/app" "$opt/current/app"
first=$(readlink "$opt/current")

update() {
  "$here/make-stick.sh" "$work/stick" && echo >>"$stick/app/icon.svg" &&
    (cd "$stick" && sed -i "s|^.*  ./app/icon.svg\$|$(sha256sum ./app/icon.svg)|" SHA256SUMS) && "${install[@]}"
}
step 'an update is installed' update
step 'it keeps the exhibit' same "$work/exhibit.json" "$opt/current/app/exhibit.json"
step 'it keeps the version before' test "$(readlink "$opt/previous")" = "$first"
step 'going back works' "$opt/current/install.sh" --back --root "$work/root"
step 'and leads to the version before' test "$(readlink "$opt/current")" = "$first"

# 3. As installed: below the paths that the units name, for this process only
ip link set lo up
keep=$work/machine
mkdir "$keep"
cp -a /etc/chromium /etc/chromium.d /usr/share/X11/xkb "$keep/"
mkdir -p "$keep/chromium/policies"
cp -a "$work/root/etc/chromium/policies/managed" "$keep/chromium/policies/"
cp -a "$work/root/usr/share/X11/xkb/." "$keep/xkb/"
# The X server of the check has no keyboards to which the InputClass in xorg.conf could give the rules; it uses them for its own.
cp "$keep/xkb/rules/understudy" "$keep/xkb/rules/evdev"
cp "$keep/xkb/rules/understudy" "$keep/xkb/rules/base"
mount -t tmpfs understudy /opt
mkdir /opt/understudy
mount --bind "$opt" /opt/understudy
mount --bind "$keep/chromium" /etc/chromium
mount --bind "$keep/chromium.d" /etc/chromium.d
mount --bind "$keep/xkb" /usr/share/X11/xkb
mkdir -p /etc/systemd/system
[ -d /tmp/.X11-unix ] || install -d -m 1777 /tmp/.X11-unix
mount --bind "$work/root/etc/systemd/system" /etc/systemd/system

value() { sed -n "s/^$2=//p" "/etc/systemd/system/$1"; }
for unit in understudy-server.socket understudy-kiosk.service understudy-night.timer; do
  step "systemd accepts $unit" systemd-analyze verify "/etc/systemd/system/$unit"
done
flags=$(sed -n 's/^  --\([a-z-]*\).*/\1/p' /opt/understudy/current/target/browser.sh)
for flag in $flags; do
  step "Chromium knows --$flag" grep --quiet --text --perl-regexp "\x00$flag\x00" /usr/lib/chromium/chromium
done

# 4. The server, on a socket as systemd would open it
read -ra server <<<"$(value understudy-server.service ExecStart)"
systemd-socket-activate --listen="$(value understudy-server.socket ListenStream)" "${server[@]}" >"$work/requests.log" 2>&1 &
socket=$!

# 5. The browser, by the unit's command with Xvfb in place of Xorg. Only root can be refused a sandbox, so it has a user of its own.
chown 65534:65534 "$work/home"
browse() {
  rm -rf "$work/home/profile"
  local command
  command=$(value understudy-kiosk.service ExecStart |
    sed "s|/usr/bin/Xorg :0 vt1|/usr/bin/Xvfb $display -screen 0 1080x1920x24|; s|\$X_OPTIONS|-nocursor|")
  # shellcheck disable=SC2086 # Words of a command.
  setpriv --reuid=65534 --regid=65534 --clear-groups \
    env HOME="$work/home" XDG_RUNTIME_DIR="$work/home" ROTATE=normal VOLUME=0.8 $command >>"$work/session.log" 2>&1 &
  session=$!
}
leave() {
  kill "$session" 2>/dev/null || true
  wait "$session" 2>/dev/null || true
  # Chromium writes its profile for a while after its X server is gone; a second one would hand its address over to it.
  for _ in {1..100}; do
    pgrep -u 65534 >/dev/null || return 0
    sleep 0.2
  done
  pkill -KILL -u 65534 || true
}
finish() {
  leave
  kill "$socket" 2>/dev/null || true
  (cd "$work" && rm -rf stick root home machine)
}
trap finish EXIT

# Flags by which the check speaks to the browser; those of the session are not changed.
# shellcheck disable=SC2016 # Expanded by Debian's start script of Chromium.
echo 'CHROMIUM_FLAGS="$CHROMIUM_FLAGS --remote-debugging-port=9333 --use-fake-device-for-media-stream"' >/etc/chromium.d/zz-check
run() { (cd "$here" && DISPLAY=$display node check/"$1" "$work"); }

browse
step 'the kiosk is opened, and Chromium refuses remote debugging' run closed.mjs
leave

# A policy allows remote debugging and chrome://policy from here on.
cat >/etc/chromium/policies/managed/zz-check.json <<'POLICY'
{
  "DeveloperToolsAvailability": 1,
  "RemoteDebuggingAllowed": true,
  "URLAllowlist": ["http://127.0.0.1:8350", "chrome://policy"]
}
POLICY
browse
while IFS= read -r line; do
  case $line in
    ok*) passed=$((passed + 1)) ;;
    FAILED*) failed=$((failed + 1)) ;;
  esac
  echo "$line"
done < <(run open.mjs 2>&1 || echo 'FAILED  the checks in the browser came to an end')
leave

step 'the browser is gone, and the server still answers' node -e \
  'fetch("http://127.0.0.1:8350/").then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))'
step 'every request was for a file that is there' refused grep --invert-match ' 200$\| 206$\| 304$\|^Listening\|^Execing \|^Communication' "$work/requests.log"
step 'uninstalling works' "$stick/install.sh" --uninstall --root "$work/root"
step 'and leaves the settings only' test "$(cd "$work/root" && find . -type f)" = ./etc/understudy/kiosk.conf

echo "Logs and screenshot: $work"
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
