# shellcheck shell=bash
# How the script speaks: progress and errors go to stderr, so that stdout stays clean for results.

say() { printf '%s\n' "$*" >&2; }

warn() { printf 'mordomo: warning: %s\n' "$*" >&2; }

# die MESSAGE…: each argument is a line; ends the script with 1.
die() {
    printf 'mordomo: %s\n' "$1" >&2
    shift
    local line
    for line in "$@"; do printf '    %s\n' "$line" >&2; done
    exit 1
}

have() { command -v "$1" >/dev/null 2>&1; }

is_root() { [ "$(id -u)" -eq 0 ]; }

# quietly LOG COMMAND…: runs with its output in LOG; shows the log's end when the command fails.
quietly() {
    local log=$1
    shift
    if "$@" >"$log" 2>&1; then return 0; fi
    tail -n 25 "$log" >&2
    return 1
}

# sha256 reads stdin, prints the hexadecimal digest.
sha256() {
    if have sha256sum; then sha256sum | cut -d' ' -f1; else shasum -a 256 | cut -d' ' -f1; fi
}

# random_word LENGTH [CHARACTERS]: letters and digits, or of these, from the system's generator.
random_word() {
    local word=
    while [ "${#word}" -lt "$1" ]; do
        word=$word$(head -c 256 /dev/urandom | LC_ALL=C tr -dc "${2:-A-Za-z0-9}")
    done
    printf '%s' "${word:0:$1}"
}
