# shellcheck shell=bash
# A private PostgreSQL: made once, started when needed, adopted when it still runs, stopped cleanly.
#
# A cluster is a folder, CLUSTER:
#   pgdata/             what initdb made
#   owner.password      of the role that owns Mordomo's database; 0600
#   superuser.password  of the role postgres; 0600
#   port                on 127.0.0.1, kept between runs
#   prepared            there once roles, database and extensions stand
#   socket/  server.log

# cluster_open HOME_FOLDER [PROFILE…]: chooses the place, finds PostgreSQL, makes the cluster and
# starts it. PROFILE names a file of conf/postgres that is added to the settings.
cluster_open() {
    local home=$1
    shift
    cluster_locate "$home"
    cluster_make
    if cluster_is_ours; then
        say "PostgreSQL already runs on port $(cat "$CLUSTER/port"); using it."
    else
        cluster_start "$@"
    fi
    [ -e "$CLUSTER/prepared" ] || cluster_prepare
}

# cluster_locate HOME_FOLDER: sets CLUSTER, and PG_BIN, PG_MAJOR, PG_USER for it.
cluster_locate() {
    PG_USER=$(postgres_user_or_self)
    CLUSTER=$(cluster_place "$1")
    need_postgres "$(cat "$CLUSTER/pgdata/PG_VERSION" 2>/dev/null || true)"
    # The user may only exist since PostgreSQL was installed.
    CLUSTER=$(cluster_place "$1")
}

postgres_user_or_self() { if is_root && id postgres >/dev/null 2>&1; then echo postgres; else id -un; fi; }

# cluster_place HOME_FOLDER: itself when the user of PostgreSQL can reach it, else a folder of the
# system's state, named by a hash of the path.
cluster_place() {
    local aside
    aside=${MORDOMO_STATE_FOLDER:-/var/lib/mordomo}/$(printf '%s' "$1" | sha256 | head -c 16)
    # Where data already is decides; the rights of a parent folder may have changed since.
    if [ -d "$aside/pgdata" ]; then
        printf '%s\n' "$aside"
    elif [ -d "$1/pgdata" ] || ! is_root || reachable_by "$PG_USER" "$1"; then
        printf '%s\n' "$1"
    else
        printf '%s\n' "$aside"
    fi
}

# reachable_by USER FOLDER: whether USER may enter every parent that already exists.
reachable_by() {
    local folder=$2
    while [ ! -d "$folder" ]; do folder=$(dirname "$folder"); done
    (PG_USER=$1 as_postgres test -x "$folder") 2>/dev/null
}

# cluster_mark_secret HOME_FOLDER: notes that the secret for this cluster is a file beside its home.
cluster_mark_secret() {
    [ ! -e "$(dirname "$1")/secret" ] || [ -e "$CLUSTER/secret-in-file" ] || as_postgres touch "$CLUSTER/secret-in-file"
}

# cluster_leave_orphan HOME_FOLDER: a cluster in the system's state folder outlives a clone that was
# deleted. A new clone in the same place has no secret for it, so it is put aside and a new one made.
# One whose secret never was such a file is left alone: it may be in another's environment.
cluster_leave_orphan() {
    local data aside
    data=$(dirname "$1")
    [ -z "${MORDOMO_SECRET:-}" ] && [ ! -e "$data/secret" ] && [ ! -e "$data/files" ] || return 0
    cluster_locate "$1"
    [ "$CLUSTER" != "$1" ] && [ -e "$CLUSTER/secret-in-file" ] || return 0
    aside=$CLUSTER.left-$(date +%Y%m%d-%H%M%S)
    cluster_stop
    [ -z "$(cluster_pid)" ] || die "PostgreSQL in $CLUSTER does not stop; nothing was moved."
    mv "$CLUSTER" "$aside"
    warn "A database of an earlier Mordomo in this folder was still in $CLUSTER; its secret is gone with the" \
        "folder. It is now in $aside: delete it when you no longer need it, or put it back together" \
        "with the old data/secret. Starting with an empty one."
}

cluster_make() {
    [ -d "$CLUSTER/pgdata" ] && return 0
    say "Making a private PostgreSQL $PG_MAJOR in $CLUSTER …"
    (umask 022 && mkdir -p "$CLUSTER")
    chmod 700 "$CLUSTER"
    chown "$PG_USER" "$CLUSTER"
    cluster_password superuser
    cluster_password owner
    # A first run that was cut short leaves only this folder behind.
    rm -rf "$CLUSTER/pgdata.new"
    local log
    log=$(mktemp)
    quietly "$log" as_postgres "$PG_BIN/initdb" -D "$CLUSTER/pgdata.new" -U postgres \
        --encoding=UTF8 --locale=C.UTF-8 --data-checksums \
        --auth=scram-sha-256 --pwfile="$CLUSTER/superuser.password" || die "initdb failed; the lines above say why."
    rm -f "$log"
    mv "$CLUSTER/pgdata.new" "$CLUSTER/pgdata"
}

# cluster_password NAME: writes NAME.password unless it is there.
cluster_password() {
    local file=$CLUSTER/$1.password
    [ -s "$file" ] && return 0
    (umask 077 && random_word 32 >"$file.new")
    chown "$PG_USER" "$file.new"
    mv "$file.new" "$file"
}

cluster_start() {
    local attempt
    cluster_forget_stale_pid
    for attempt in 1 2 3; do
        cluster_choose_port "$attempt"
        cluster_settings "$@"
        if as_postgres "$PG_BIN/pg_ctl" start -w -s -t 120 -D "$CLUSTER/pgdata" -l "$CLUSTER/server.log" >&2; then
            return 0
        fi
    done
    tail -n 15 "$CLUSTER/server.log" >&2
    die "PostgreSQL did not start; its log is $CLUSTER/server.log."
}

# cluster_choose_port ATTEMPT: keeps the last port while it is free, and another one after a failure.
cluster_choose_port() {
    local port
    port=$(cat "$CLUSTER/port" 2>/dev/null || true)
    if [ "$1" -gt 1 ] || [ -z "$port" ] || ! port_free "$port"; then
        port=$(free_port)
        printf '%s\n' "$port" >"$CLUSTER/port"
    fi
}

# port_free PORT: nobody answers there on the loopback.
port_free() { ! (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# free_port: below the range from which systems take outgoing ports.
free_port() {
    local port
    while :; do
        port=$((20000 + RANDOM % 12000))
        port_free "$port" && break
    done
    printf '%s\n' "$port"
}

# cluster_settings PROFILE…: the cluster's postgresql.conf is written anew before each start.
cluster_settings() {
    local conf=$CLUSTER/pgdata/postgresql.conf socket=$CLUSTER/socket profile
    # A socket's path has a limit of about 100 bytes; the loopback serves as well.
    if [ "${#socket}" -gt 85 ]; then socket=; else as_postgres mkdir -p -m 700 "$socket"; fi
    {
        cat "$ROOT/conf/postgres/postgresql.conf"
        for profile in "$@"; do cat "$ROOT/conf/postgres/$profile.conf"; done
        printf "port = %s\nunix_socket_directories = '%s'\n" "$(cat "$CLUSTER/port")" "${socket//\'/\'\'}"
    } | as_postgres tee "$conf" >/dev/null
}

# cluster_pid: the process id in postmaster.pid, when that process lives and is a PostgreSQL.
cluster_pid() {
    local pid
    pid=$(pid_in "$CLUSTER/pgdata/postmaster.pid")
    # PostgreSQL names its folder in the command line, and nothing else does so as a server.
    if process_matches "$pid" "-D $CLUSTER/pgdata"; then printf '%s\n' "$pid"; fi
}

# cluster_runs HOME_FOLDER: whether its server runs; sets what cluster_stop needs.
cluster_runs() {
    PG_USER=$(postgres_user_or_self)
    CLUSTER=$(cluster_place "$1")
    [ -n "$(cluster_pid)" ] || return 1
    PG_BIN=$(dirname "$(process_command "$(cluster_pid)" | cut -d' ' -f1)")
}

# A stale pid whose number now belongs to another program would keep PostgreSQL from starting.
cluster_forget_stale_pid() {
    [ -e "$CLUSTER/pgdata/postmaster.pid" ] || return 0
    [ -z "$(cluster_pid)" ] || return 0
    say "PostgreSQL did not stop cleanly last time; it recovers by itself."
    rm -f "$CLUSTER/pgdata/postmaster.pid"
}

# cluster_is_ours: a server runs on this very folder and lets our owner or superuser in.
cluster_is_ours() {
    [ -n "$(cluster_pid)" ] || return 1
    local port
    port=$(sed -n 4p "$CLUSTER/pgdata/postmaster.pid")
    [ -n "$port" ] || return 1
    printf '%s\n' "$port" >"$CLUSTER/port"
    [ "$(cluster_sql postgres -Atc 'show data_directory' 2>/dev/null)" = "$CLUSTER/pgdata" ]
}

# cluster_sql DATABASE PSQL_ARGUMENTS…: as the superuser.
cluster_sql() {
    local database=$1
    shift
    PGPASSWORD=$(cat "$CLUSTER/superuser.password") "$PG_BIN/psql" -X -q -v ON_ERROR_STOP=1 \
        -h 127.0.0.1 -p "$(cat "$CLUSTER/port")" -U postgres -d "$database" "$@"
}

# The owner's role is no superuser: row-level security must be able to hold for what it makes.
cluster_prepare() {
    local extensions='create extension if not exists vector;
        create extension if not exists pg_trgm;
        create extension if not exists unaccent;
        create extension if not exists btree_gin;
        create extension if not exists pgcrypto;'
    cluster_sql template1 -c "set client_min_messages = warning; $extensions"
    cluster_sql postgres -v password="$(cat "$CLUSTER/owner.password")" <<'SQL'
select 'create role mordomo' where not exists (select from pg_roles where rolname = 'mordomo') \gexec
alter role mordomo login createdb createrole nosuperuser password :'password';
select 'create database mordomo owner mordomo'
 where not exists (select from pg_database where datname = 'mordomo') \gexec
SQL
    cluster_sql mordomo -c "set client_min_messages = warning; $extensions"
    as_postgres touch "$CLUSTER/prepared"
}

# cluster_url [DATABASE]: as the owner.
cluster_url() {
    printf 'postgresql://mordomo:%s@127.0.0.1:%s/%s\n' \
        "$(cat "$CLUSTER/owner.password")" "$(cat "$CLUSTER/port")" "${1:-mordomo}"
}

cluster_stop() {
    [ -n "${CLUSTER:-}" ] && [ -n "$(cluster_pid)" ] || return 0
    as_postgres "$PG_BIN/pg_ctl" stop -s -w -m fast -t 60 -D "$CLUSTER/pgdata" >&2 ||
        warn "PostgreSQL in $CLUSTER did not stop within a minute."
}
