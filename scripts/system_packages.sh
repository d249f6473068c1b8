#!/bin/sh
# Installs Debian packages that are missing. Without apt or the right to use it, says so and goes on: the browser tests
# then skip themselves, everything else works.
set -u
missing=
for package in "$@"; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing="$missing $package"
done
[ -z "$missing" ] && exit 0
if ! command -v apt-get >/dev/null; then
    echo "not a Debian system: install the counterparts of$missing yourself" >&2
    exit 0
fi
run=
[ "$(id -u)" = 0 ] || run='sudo -n'
export DEBIAN_FRONTEND=noninteractive
# shellcheck disable=SC2086 # words are meant to split
if ! { $run apt-get update -qq && $run apt-get install -y -qq --no-install-recommends $missing; } >/dev/null; then
    echo "could not install$missing; what needs them is skipped" >&2
fi
