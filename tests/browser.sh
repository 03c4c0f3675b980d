#!/usr/bin/env bash
# Prints the path of a Chromium for the browser tests; installs it, and OpenSSH, on Debian where it may.
set -eu
find_browser() { command -v chromium || command -v chromium-browser || command -v google-chrome || true; }
browser="${EVALTOOLS_BROWSER:-$(find_browser)}"
if [ -z "$browser" ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  echo "Installing Chromium for the browser tests" >&2
  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y chromium poppler-utils; } >&2 >/dev/null || true
  browser="$(find_browser)"
fi
# Signatures are made and checked with OpenSSH, in the tests as by an auditor.
if ! command -v ssh-keygen >/dev/null && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  echo "Installing OpenSSH for the tests of signatures" >&2
  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y openssh-client; } >&2 >/dev/null || true
fi
echo "$browser"
