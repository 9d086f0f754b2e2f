#!/bin/sh
# The Debian and Ubuntu packages that Qt's window needs, and a font with Chinese letters.
# Installs what is missing when run as root; otherwise names it exactly. Other systems need nothing from here.
# Packages given as arguments are wanted too, but only where the system knows them.
set -eu

PACKAGES="libglib2.0-0 libdbus-1-3 libegl1 libgl1 libxkbcommon0 libfontconfig1 \
libxcb-cursor0 libxcb-icccm4 libxcb-keysyms1 libxcb-shape0 libxkbcommon-x11-0 fonts-wqy-microhei python3-venv"

command -v dpkg-query >/dev/null 2>&1 || exit 0

missing=""
for package in $PACKAGES "$@"; do
    # Newer releases carry some libraries under a t64 name.
    for name in "$package" "${package}t64"; do
        state=$(dpkg-query -W -f '${db:Status-Status}' "$name" 2>/dev/null || true)
        [ "$state" = installed ] && continue 2
    done
    missing="$missing $package"
done
[ -n "$missing" ] || exit 0

if [ "$(id -u)" = 0 ]; then
    echo "Installing:$missing" >&2
    apt-get update -qq
    for package in "$@"; do
        apt-cache show "$package" >/dev/null 2>&1 && continue
        echo "This system has no package $package." >&2
        missing=$(printf '%s' "$missing" | sed "s/ $package//")
    done
    [ -n "$missing" ] || exit 0
    # shellcheck disable=SC2086
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
else
    echo "Some packages that the window or its tests need are missing. Install them once with:" >&2
    echo "    sudo apt-get install$missing" >&2
    # Everything without a window works all the same, so this is advice and no failure.
fi
