# shellcheck shell=bash
# What the tests of the script share: assertions, a house to try the script in, fakes of Java and Maven.

for part in say process packages jdk build pgvector postgres cluster server recovery backup tests bench; do
    # shellcheck source=/dev/null
    . "$ROOT/script/$part.sh"
done

equal() {
    [ "$1" = "$2" ] && return 0
    printf 'expected: %s\nbut was:  %s\n' "$1" "$2"
    return 1
}

contains() {
    case $2 in *"$1"*) return 0 ;; esac
    printf 'expected to contain: %s\nbut was: %s\n' "$1" "$2"
    return 1
}

# code_of COMMAND…: prints its exit code; its output goes to $TMP/output.
code_of() {
    local code=0
    "$@" >"$TMP/output" 2>&1 || code=$?
    printf '%s\n' "$code"
}

# eventually COMMAND…: waits until it holds, 20 seconds at most.
eventually() {
    local left=200
    until "$@"; do
        left=$((left - 1))
        if [ "$left" = 0 ]; then
            echo "never came true: $*"
            return 1
        fi
        sleep 0.1
    done
}

gone() { ! kill -0 "$1" 2>/dev/null; }

skip_unless_root() { is_root || exit 77; }

# fake_jdk FOLDER VERSION: looks like a JDK; its java says what it was given and runs until stopped.
fake_jdk() {
    mkdir -p "$1/bin"
    printf 'JAVA_VERSION="%s"\n' "$2" >"$1/release"
    cat >"$1/bin/java" <<'JAVA'
#!/usr/bin/env bash
for last in "$@"; do :; done
printf '%s\n' "$*" >>"$FAKE_OUT/java.arguments"
env | grep -E '^(DATABASE_URL|MORDOMO_|PORT)' >"$FAKE_OUT/java.environment"
case $* in
    *' secret wrap '*) { cksum <<<"$MORDOMO_BACKUP_PASSPHRASE" && tr a-z n-za-m <"${@:(-2):1}"; } >"$last" && exit ;;
    *' secret unwrap '*)
        { read -r under && [ "$under" = "$(cksum <<<"$MORDOMO_BACKUP_PASSPHRASE")" ] && tr a-z n-za-m; } \
            <"${@:(-2):1}" >"$last"
        exit
        ;;
esac
case $last in exit*) exit "${last#exit}" ;; esac
trap 'echo stopped >>"$FAKE_OUT/java.stopped"; exit 143' TERM
: >"$FAKE_OUT/java.started"
while :; do sleep 0.1; done
JAVA
    cp "$1/bin/java" "$1/bin/javac"
    chmod +x "$1/bin/java" "$1/bin/javac"
}

# house: a copy of the script in $TMP/house whose Java and Maven are fakes; $TMP/out tells what they did.
house() {
    HOUSE=$TMP/house
    export FAKE_OUT=$TMP/out
    mkdir -p "$HOUSE/src/main" "$FAKE_OUT" "$TMP/bin"
    cp -R "$ROOT/mordomo" "$ROOT/script" "$ROOT/conf" "$HOUSE/"
    echo one >"$HOUSE/src/main/source"
    fake_jdk "$TMP/jdk" 25.0.1
    cat >"$TMP/bin/mvn" <<'MVN'
#!/usr/bin/env bash
case $1 in --version) echo "Apache Maven 3.9.9 (fake)" && exit ;; esac
[ ! -e "$FAKE_OUT/mvn.breaks" ] || { echo "fake: cannot compile" && exit 1; }
printf '%s\n' "$*" >>"$FAKE_OUT/mvn.calls"
mkdir -p target/lib
echo jar >target/mordomo.jar
MVN
    chmod +x "$TMP/bin/mvn"
    export JAVA_HOME=$TMP/jdk PATH=$TMP/bin:$PATH
}

mordomo() { "$HOUSE/mordomo" "$@"; }

# run_house ARGUMENTS…: `mordomo run` in the background; returns once Java runs. Sets RUN.
run_house() {
    rm -f "$FAKE_OUT/java.started"
    "$HOUSE/mordomo" run "$@" >"$TMP/run.output" 2>&1 &
    # shellcheck disable=SC2034 # the tests use it
    RUN=$!
    eventually test -e "$FAKE_OUT/java.started" || { cat "$TMP/run.output" && return 1; }
}

# leave_nothing: no test leaves a process or a folder behind, however it ended.
leave_nothing() {
    local code=$?
    trap - EXIT
    if [ -n "${HOUSE:-}" ] && [ -d "$HOUSE/data" ]; then "$HOUSE/mordomo" stop >/dev/null 2>&1 || true; fi
    cluster_stop >/dev/null 2>&1 || true
    exit "$code"
}
