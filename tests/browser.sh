#!/usr/bin/env bash
# Prints the path of a Chromium for the browser tests; installs Debian's where it may.
set -eu
find_browser() { command -v chromium || command -v chromium-browser || command -v google-chrome || true; }
browser="${EVALTOOLS_BROWSER:-$(find_browser)}"
if [ -z "$browser" ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  echo "Installing Chromium for the browser tests" >&2
  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y chromium poppler-utils; } >&2 >/dev/null || true
  browser="$(find_browser)"
fi
echo "$browser"
