# shellcheck shell=bash
# `test`: everything that the tests need, then all of them, then the counts.

# command_test [--only 'SomeTest,OtherTest'] MAVEN_ARGUMENTS…
command_test() {
    local arguments=() only=
    while [ $# -gt 0 ]; do
        case $1 in
            --only)
                [ $# -ge 2 ] || usage_error "--only needs the names of tests."
                only=$2
                shift
                ;;
            --only=*) only=${1#--only=} ;;
            *) arguments+=("$1") ;;
        esac
        shift
    done
    [ -z "$only" ] || arguments+=("-Dtest=$only" -Dsurefire.failIfNoSpecifiedTests=false)
    need_jdk
    claim "$MORDOMO_DATA/test.pid" "Tests already run in this folder"
    trap test_finished EXIT
    test_packages
    test_node_modules
    test_database
    test_run "$only" ${arguments[@]+"${arguments[@]}"}
}

test_finished() {
    # A job of a script does not hear Ctrl-C.
    [ -z "${SCRIPT_TESTS:-}" ] || kill "$SCRIPT_TESTS" 2>/dev/null || true
    cluster_stop
    rm -f "$MORDOMO_DATA/test.pid"
}

test_packages() {
    is_root && have apt-get || return 0
    local needed=()
    have chromium || needed+=(chromium)
    have redis-server || needed+=(redis-server)
    have shellcheck || needed+=(shellcheck)
    have haproxy || needed+=(haproxy)
    if [ -f "$ROOT/src/test/node/package.json" ] && ! have npm; then needed+=(nodejs npm); fi
    install_packages ${needed[@]+"${needed[@]}"}
}

# The official clients of the protocols that we speak come from npm, by their lock file.
test_node_modules() {
    local folder=$ROOT/src/test/node digest
    [ -f "$folder/package.json" ] || return 0
    digest=$(cat "$folder/package.json" "$folder/package-lock.json" | sha256)
    [ "$(cat "$folder/node_modules/.mordomo-lock" 2>/dev/null)" = "$digest" ] && return 0
    have npm || die "The tests of the client libraries need Node.js with npm."
    say "Fetching the client libraries for the tests …"
    mkdir -p "$ROOT/target"
    (cd "$folder" && quietly "$ROOT/target/npm.log" npm ci --ignore-scripts --no-audit --no-fund) ||
        die "npm ci failed in src/test/node."
    printf '%s\n' "$digest" >"$folder/node_modules/.mordomo-lock"
}

# test_database: a PostgreSQL of its own, empty at each run; never the user's data.
test_database() {
    if cluster_runs "$MORDOMO_DATA/test"; then cluster_stop; fi
    cluster_locate "$MORDOMO_DATA/test"
    rm -rf "$CLUSTER"
    cluster_open "$MORDOMO_DATA/test" test
    export MORDOMO_TEST_PG_BIN=$PG_BIN MORDOMO_TEST_PG_USER=$PG_USER
    export MORDOMO_TEST_PG_DATA=$CLUSTER/pgdata
    MORDOMO_TEST_DATABASE_URL=$(cluster_url postgres)
    export MORDOMO_TEST_DATABASE_URL
}

# test_run ONLY MAVEN_ARGUMENTS…: the tests of the script run beside Maven's compilers, unless some tests
# were chosen; what they say comes after what Maven says.
test_run() {
    local code=0 only=$1 digest
    SCRIPT_TESTS=
    shift
    mkdir -p "$ROOT/target"
    rm -f "$ROOT"/target/surefire-reports/*.xml "$ROOT"/target/script-reports/*.xml
    if [ -z "$only" ] && [ -x "$ROOT/src/test/script/all" ]; then
        "$ROOT/src/test/script/all" "$ROOT/target/script-reports" >"$ROOT/target/script-tests.log" 2>&1 &
        SCRIPT_TESTS=$!
    fi
    digest=$(build_digest)
    (cd "$ROOT" && maven -B -ntp -Dstyle.color=never verify "$@") || code=1
    if [ -n "$SCRIPT_TESTS" ]; then
        wait "$SCRIPT_TESTS" || code=1
        SCRIPT_TESTS=
        cat "$ROOT/target/script-tests.log"
    fi
    if [ "$code" = 0 ] && [ -z "$only" ]; then build_stamp "$digest"; fi
    printf '\n'
    test_counts "$ROOT/target/script-reports" "$ROOT/target/surefire-reports" || code=1
    exit "$code"
}

# test_counts FOLDER…: sums the reports; fails when a test failed or none ran.
test_counts() {
    local folder
    for folder in "$@"; do
        find "$folder" -maxdepth 1 -name 'TEST-*.xml' -exec cat {} + 2>/dev/null || true
    done | awk '
        function count(name) {
            if (!match($0, " " name "=\"[0-9]+\"")) return 0
            return substr($0, RSTART + length(name) + 3, RLENGTH - length(name) - 4)
        }
        BEGIN { RS = "<" }
        /^testsuite / {
            tests += count("tests"); skipped += count("skipped")
            failed += count("failures") + count("errors")
        }
        END {
            printf "%d passed, %d failed, %d skipped\n", tests - failed - skipped, failed, skipped
            exit (failed > 0 || tests - skipped <= 0) ? 1 : 0
        }'
}
