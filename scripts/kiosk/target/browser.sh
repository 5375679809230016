#!/bin/sh
# The kiosk's session, started by xinit: turns the screen, sets the volume, becomes the browser.
set -eu

if [ "$ROTATE" != normal ]; then
  output=$(xrandr | sed -n 's/ connected.*//p' | head -n 1)
  xrandr --output "$output" --rotate "$ROTATE"
  for device in $(xinput list --id-only); do
    xinput map-to-output "$device" "$output" 2>/dev/null || true # Only pointers and touch screens can be mapped.
  done
fi

set_volume() {
  for _ in 1 2 3 4 5 6 7 8 9 10; do
    wpctl set-volume @DEFAULT_AUDIO_SINK@ "$VOLUME" 2>/dev/null && return
    sleep 1
  done
  echo 'The volume was not set: PipeWire has found no loudspeaker within 10 seconds.'
}
set_volume &

# Without a window manager, --kiosk alone leaves the window smaller than the screen.
size=$(xrandr | sed -n 's/^Screen 0:.* current \([0-9]*\) x \([0-9]*\),.*/\1,\2/p')

exec chromium \
  --kiosk \
  --window-position=0,0 \
  --window-size="$size" \
  --user-data-dir="$HOME/profile" \
  --no-first-run \
  --noerrdialogs \
  --hide-crash-restore-bubble \
  --disable-pinch \
  --overscroll-history-navigation=0 \
  --disable-component-update \
  --disable-background-networking \
  --password-store=basic \
  --enable-speech-dispatcher \
  'http://127.0.0.1:8350/#/kiosk'
