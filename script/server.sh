# shellcheck shell=bash
# `run`: Java in front of its PostgreSQL, both stopped in that order.

# java_command [ARGUMENTS…]: sets JAVA to the command line up to the arguments of Main.
# MORDOMO_JAVA_OPTS comes last, so it wins. With --cluster among the arguments, Hazelcast's libraries
# and options are there too.
java_command() {
    local more=() several=() argument libraries="$ROOT/target/mordomo.jar:$ROOT/target/lib/*"
    for argument; do
        [ "$argument" = --cluster ] || continue
        several=("@$ROOT/conf/java-cluster.options")
        libraries="$libraries:$ROOT/target/lib/cluster/*"
    done
    read -r -a more <<<"${MORDOMO_JAVA_OPTS:-}"
    # The server refuses settings that it does not know, and these are the script's.
    export -n MORDOMO_PG_BIN MORDOMO_JVM_FOLDERS MORDOMO_STATE_FOLDER MORDOMO_BACKUP_PASSPHRASE
    # glibc would give each thread an arena of 64 MB.
    export MALLOC_ARENA_MAX=${MALLOC_ARENA_MAX:-2}
    JAVA=("$JAVA_HOME/bin/java" "@$ROOT/conf/java.options" ${several[@]+"${several[@]}"}
        ${more[@]+"${more[@]}"} -cp "$libraries" dev.mordomo.Main)
    JAVA_ARCHIVE=$ROOT/target/mordomo${several[0]+-cluster}.jsa
}

# java_archive: Java keeps its loaded classes in a file when it ends, and takes them from there at the
# next start, which halves its time. It makes the file anew when it no longer fits, and runs without
# one as well, so its messages about that are of no use to anybody.
java_archive() {
    JAVA=("${JAVA[0]}" -XX:+AutoCreateSharedArchive "-XX:SharedArchiveFile=$JAVA_ARCHIVE"
        '-Xlog:cds*=off' '-Xlog:aot*=off' "${JAVA[@]:1}")
}

# database_up: DATABASE_URL as given, else of the private PostgreSQL.
database_up() {
    [ -z "${DATABASE_URL:-}" ] || return 0
    cluster_open "$MORDOMO_DATA/postgres"
    cluster_mark_secret "$MORDOMO_DATA/postgres"
    DATABASE_URL=$(cluster_url)
    export DATABASE_URL
}

# command_run [--port N] ARGUMENTS…
command_run() {
    local arguments=()
    while [ $# -gt 0 ]; do
        case $1 in
            --port)
                [ $# -ge 2 ] || usage_error "--port needs a number."
                use_port "$2"
                shift
                ;;
            --port=*) use_port "${1#--port=}" ;;
            *) arguments+=("$1") ;;
        esac
        shift
    done
    need_jdk
    claim "$MORDOMO_DATA/mordomo.pid" "Mordomo already runs in this folder"
    trap run_finished EXIT
    run_stop_survivor
    build_if_changed
    [ -n "${DATABASE_URL:-}" ] || cluster_leave_orphan "$MORDOMO_DATA/postgres"
    database_up
    java_command ${arguments[@]+"${arguments[@]}"}
    java_archive
    run_java run ${arguments[@]+"${arguments[@]}"}
}

use_port() {
    case $1 in '' | *[!0-9]*) usage_error "--port needs a number, not '$1'." ;; esac
    if [ "${#1}" -gt 5 ] || [ "$1" -gt 65535 ]; then usage_error "--port goes up to 65535."; fi
    export PORT=$1
}

# A server whose script was killed (kill -9) still holds its port.
run_stop_survivor() {
    local pid
    pid=$(pid_in "$MORDOMO_DATA/server.pid")
    if process_matches "$pid" dev.mordomo.Main; then
        say "A Mordomo of an earlier start still runs (process $pid); stopping it first."
        stop_process "$pid" 20
    fi
    rm -f "$MORDOMO_DATA/server.pid"
}

# run_java ARGUMENTS…: in the background, so that signals reach this script, which passes them on.
# Ends with Java's code, or as the signal would.
run_java() {
    local code=0 pid
    RUN_SIGNAL=
    "${JAVA[@]}" "$@" <&0 &
    pid=$!
    trap 'RUN_SIGNAL=2; kill -TERM "$pid" 2>/dev/null' INT
    trap 'RUN_SIGNAL=15; kill -TERM "$pid" 2>/dev/null' TERM
    trap 'RUN_SIGNAL=1; kill -TERM "$pid" 2>/dev/null' HUP
    printf '%s\n' "$pid" >"$MORDOMO_DATA/server.pid"
    wait "$pid" || code=$?
    while kill -0 "$pid" 2>/dev/null; do
        code=0
        wait "$pid" || code=$?
    done
    [ -z "$RUN_SIGNAL" ] || code=$((128 + RUN_SIGNAL))
    exit "$code"
}

run_finished() {
    trap '' INT TERM HUP
    if [ -d "${CLUSTER:-}" ]; then cluster_mark_secret "$MORDOMO_DATA/postgres"; fi
    cluster_stop
    rm -f "$MORDOMO_DATA/server.pid" "$MORDOMO_DATA/mordomo.pid"
}

# with_database COMMAND…: for what needs the database for a moment: stops PostgreSQL afterwards only
# if it did not run before and no `run` has begun to use it.
with_database() {
    local code=0
    if [ -z "${DATABASE_URL:-}" ] && ! cluster_runs "$MORDOMO_DATA/postgres"; then
        trap stop_unless_running EXIT
    fi
    database_up
    "$@" || code=$?
    exit "$code"
}

stop_unless_running() { claimed "$MORDOMO_DATA/mordomo.pid" || cluster_stop; }

# command_java COMMAND ARGUMENTS…: user, tenant, key, secret, audit, retention, ingest, migrate: Main does them.
command_java() {
    need_jdk
    build_if_changed
    java_command
    with_database "${JAVA[@]}" "$@"
}

# command_bom: the libraries that the server runs with; needs no database.
command_bom() {
    [ $# -eq 0 ] || usage_error "bom takes nothing."
    need_jdk
    build_if_changed
    java_command
    "${JAVA[@]}" bom
}

command_psql() {
    need_private_database psql
    with_database psql_as_owner "$@"
}

psql_as_owner() {
    owner_environment
    "$PG_BIN/psql" "$@"
}

# need_private_database COMMAND: for commands that look after the private PostgreSQL only.
need_private_database() {
    [ -z "${DATABASE_URL:-}" ] ||
        die "DATABASE_URL is set, so there is no private PostgreSQL; '$1' looks after that one only."
}

command_stop() {
    claimed "$MORDOMO_DATA/mordomo.pid" && stop_process "$(pid_in "$MORDOMO_DATA/mordomo.pid")" 60
    run_stop_survivor
    local home
    for home in postgres test bench; do
        cluster_runs "$MORDOMO_DATA/$home" || continue
        say "Stopping PostgreSQL in $CLUSTER …"
        cluster_stop
    done
}

# command_install: what needs root, and nothing else: PostgreSQL and pgvector from the system's packages.
command_install() {
    need_postgres
    say "PostgreSQL $PG_MAJOR with pgvector $(pgvector_version "$PG_BIN") is ready."
}
