# shellcheck shell=bash
# Which processes are ours: one `run` and one `test` per folder, and what to do with survivors.

# process_command PID: its command line, or nothing when it is gone.
process_command() {
    if [ -r "/proc/$1/cmdline" ]; then
        tr '\0' ' ' <"/proc/$1/cmdline" 2>/dev/null || true
    elif [ ! -d /proc/self ]; then
        ps -p "$1" -o command= 2>/dev/null || true
    fi
}

# process_matches PID WORD: a living process whose command line holds WORD.
process_matches() {
    [ -n "$1" ] || return 1
    case $(process_command "$1") in *"$2"*) return 0 ;; esac
    return 1
}

# pid_in FILE: the number in it, or nothing.
pid_in() { sed -n '1s/^\([0-9]\{1,\}\)$/\1/p' "$1" 2>/dev/null || true; }

# claimed FILE: whether the script that wrote FILE still lives.
claimed() { process_matches "$(pid_in "$1")" mordomo; }

# claim FILE MESSAGE: makes FILE ours, or ends with MESSAGE when a living script holds it.
claim() {
    local attempts=5
    until (set -o noclobber && printf '%s\n' "$$" >"$1") 2>/dev/null; do
        if claimed "$1"; then die "$2 (process $(pid_in "$1"))."; fi
        attempts=$((attempts - 1))
        [ "$attempts" -gt 0 ] || die "$1 cannot be written."
        rm -f "$1"
    done
}

# await_end PID SECONDS: waits until the process is gone; fails when it still lives then.
await_end() {
    local tenths=$(($2 * 10))
    while kill -0 "$1" 2>/dev/null; do
        [ "$tenths" -gt 0 ] || return 1
        tenths=$((tenths - 1))
        sleep 0.1
    done
}

# stop_process PID SECONDS: asks, waits, then insists.
stop_process() {
    kill -TERM "$1" 2>/dev/null || return 0
    await_end "$1" "$2" && return 0
    warn "Process $1 did not stop within $2 seconds; killing it."
    kill -KILL "$1" 2>/dev/null || true
    await_end "$1" 5 || true
}
