#!/bin/sh
# Put QVL Desktop into this user's menu: entry, icon, file type. The app stays where it lies. --remove takes it out again.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
program=$(cd "$here/.." && pwd)/qvl-desktop
data=${XDG_DATA_HOME:-$HOME/.local/share}
entry=$data/applications/qvl-desktop.desktop
icon=$data/icons/hicolor/scalable/apps/qvl-desktop.svg
type=$data/mime/packages/qvl-desktop.xml
info=$data/metainfo/org.qvl_desktop.QVLDesktop.metainfo.xml
if [ "${1:-}" = "--remove" ]; then
    rm -f "$entry" "$icon" "$type" "$info"
else
    mkdir -p "$(dirname "$entry")" "$(dirname "$icon")" "$(dirname "$type")" "$(dirname "$info")"
    # As the specification of desktop entries wants a quoted word written, whatever the folder is called.
    quoted=$(printf '%s' "$program" | sed 's/\\/\\\\\\\\/g; s/["`$]/\\\\&/g; s/%/%%/g')
    while IFS= read -r line; do
        case $line in
            Exec=qvl-desktop*) printf 'Exec="%s"%s\n' "$quoted" "${line#Exec=qvl-desktop}" ;;
            *) printf '%s\n' "$line" ;;
        esac
    done < "$here/qvl-desktop.desktop" > "$entry"
    cp "$here/qvl-desktop.svg" "$icon"
    cp "$here/qvl-desktop.xml" "$type"
    cp "$here/org.qvl_desktop.QVLDesktop.metainfo.xml" "$info"
fi
refresh() {
    if command -v "$1" > /dev/null 2>&1; then "$@" > /dev/null 2>&1 || true; fi
}
refresh update-desktop-database "$data/applications"
refresh update-mime-database "$data/mime"
