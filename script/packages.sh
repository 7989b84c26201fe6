# shellcheck shell=bash
# The system's packages: installed when we are root on Debian or its kin, otherwise only spoken about.

# os_release KEY: a value of /etc/os-release, or nothing.
os_release() {
    [ -r /etc/os-release ] || return 0
    sed -n "s/^$1=\"\{0,1\}\([^\"]*\)\"\{0,1\}\$/\1/p" /etc/os-release
}

# system_family: debian, ubuntu, fedora, arch, macos or other.
system_family() {
    if [ "$(uname -s)" = Darwin ]; then
        echo macos
        return
    fi
    case " $(os_release ID) $(os_release ID_LIKE) " in
        *" ubuntu "*) echo ubuntu ;;
        *" debian "*) echo debian ;;
        *" fedora "* | *" rhel "*) echo fedora ;;
        *" arch "*) echo arch ;;
        *) echo other ;;
    esac
}

package_installed() {
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

package_lists_present() { ls /var/lib/apt/lists/*Packages* >/dev/null 2>&1; }

refresh_package_lists() {
    package_lists_present && return 0
    apt-get -qq update >&2
}

# install_packages NAME…: those that are missing; we must be root with apt-get.
install_packages() {
    local missing=() name
    for name in "$@"; do package_installed "$name" || missing+=("$name"); done
    [ "${#missing[@]}" -gt 0 ] || return 0
    say "Installing ${missing[*]} …"
    refresh_package_lists
    apt_install "${missing[@]}" && return 0
    # Lists that are older than the mirror name files that it no longer has.
    apt-get -qq update >&2
    apt_install "${missing[@]}" || die "apt-get could not install ${missing[*]}."
}

apt_install() {
    local log code=0
    log=$(mktemp)
    DEBIAN_FRONTEND=noninteractive without_starting_services quietly "$log" \
        apt-get -qq -y --no-install-recommends install "$@" || code=1
    rm -f "$log"
    return "$code"
}

# without_starting_services COMMAND…: Debian's packages start their services when installed; we want
# the programs only. A policy that is already there is left alone.
without_starting_services() {
    local policy=/usr/sbin/policy-rc.d code=0
    if [ -e "$policy" ]; then
        "$@"
        return
    fi
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod 755 "$policy"
    "$@" || code=$?
    rm -f "$policy"
    return "$code"
}
