# shellcheck shell=bash
# The private PostgreSQL, a real one.

mode() { stat -c %a "$1" 2>/dev/null || stat -f %Lp "$1"; }

password_login() {
    PGPASSWORD=$1 "$PG_BIN/psql" -X -Atc 'select 1' \
        "host=127.0.0.1 port=$(cat "$CLUSTER/port") user=mordomo dbname=mordomo" 2>&1
}

test_a_cluster_has_an_owner_without_superpowers_and_all_extensions() {
    cluster_open "$TMP/postgres" test
    owner_environment
    equal "f|t|t|f" "$(owner_sql -c "select rolsuper, rolcreatedb, rolcreaterole, rolbypassrls
        from pg_roles where rolname = current_user")"
    local wanted=btree_gin,pg_trgm,pgcrypto,unaccent,vector
    local list="select string_agg(extname, ',' order by extname) from pg_extension where extname <> 'plpgsql'"
    equal "$wanted" "$(owner_sql -c "$list")"
    owner_sql -c 'create database another'
    equal "$wanted" "$(owner_sql -d another -c "$list")"
    equal "UTF8|C|127.0.0.1|on" "$(owner_sql -c "select pg_encoding_to_char(encoding), left(datcollate, 1),
        current_setting('listen_addresses'), current_setting('data_checksums')
        from pg_database where datname = 'mordomo'")"
}

test_passwords_are_random_private_and_needed() {
    cluster_open "$TMP/postgres" test
    equal 32 "$(wc -c <"$CLUSTER/owner.password" | tr -d ' ')"
    equal 600 "$(mode "$CLUSTER/owner.password")"
    equal 600 "$(mode "$CLUSTER/superuser.password")"
    equal 700 "$(mode "$CLUSTER")"
    [ "$(cat "$CLUSTER/owner.password")" != "$(cat "$CLUSTER/superuser.password")" ]
    equal 1 "$(password_login "$(cat "$CLUSTER/owner.password")")"
    contains "password authentication failed" "$(password_login wrong || true)"
}

test_data_and_port_are_kept_and_a_taken_port_is_left() {
    cluster_open "$TMP/postgres" test
    owner_environment
    owner_sql -c "create table kept as select 'still here' as word"
    local port
    port=$(cat "$CLUSTER/port")
    cluster_stop
    cluster_open "$TMP/postgres" test
    equal "$port" "$(cat "$CLUSTER/port")"
    cluster_stop
    # Another server takes the port meanwhile.
    local first=$CLUSTER
    mkdir -p "$TMP/taker"
    cluster_locate "$TMP/taker"
    cluster_make
    printf '%s\n' "$port" >"$CLUSTER/port"
    cluster_open "$TMP/taker" test
    equal "$port" "$(cat "$CLUSTER/port")"
    cluster_open "$TMP/postgres" test
    equal "$first" "$CLUSTER"
    [ "$port" != "$(cat "$CLUSTER/port")" ]
    owner_environment
    equal "still here" "$(owner_sql -c 'table kept')"
    cluster_stop
    CLUSTER=$TMP/taker
}

test_a_running_server_is_adopted() {
    cluster_open "$TMP/postgres" test
    local pid
    pid=$(cluster_pid)
    contains "using it" "$(cluster_open "$TMP/postgres" test 2>&1)"
    equal "$pid" "$(cluster_pid)"
}

test_a_crashed_server_starts_again_though_its_pid_now_belongs_to_another() {
    cluster_open "$TMP/postgres"
    owner_environment
    owner_sql -c "create table kept as select 1 as one"
    local pid
    pid=$(cluster_pid)
    kill -KILL "$pid"
    eventually gone "$pid"
    # This very shell stands in for the stranger.
    sed -i.bak "1s/.*/$$/" "$CLUSTER/pgdata/postmaster.pid"
    rm -f "$CLUSTER/pgdata/postmaster.pid.bak"
    cluster_open "$TMP/postgres"
    owner_environment
    equal 1 "$(owner_sql -c 'table kept')"
}

test_a_first_start_that_was_cut_short_is_begun_anew() {
    mkdir -p "$TMP/postgres/pgdata.new/base"
    cluster_open "$TMP/postgres" test
    owner_environment
    equal 1 "$(owner_sql -c 'select 1')"
}

test_preparation_that_was_cut_short_is_done_again() {
    cluster_open "$TMP/postgres" test
    rm -f "$CLUSTER/prepared"
    cluster_open "$TMP/postgres" test
    [ -e "$CLUSTER/prepared" ]
}

test_a_home_that_postgresql_cannot_reach_is_left_for_the_state_folder() {
    skip_unless_root
    export MORDOMO_STATE_FOLDER=$TMP/state
    mkdir -p "$TMP/private/clone/data"
    chmod 700 "$TMP/private"
    cluster_open "$TMP/private/clone/data/postgres" test
    case $CLUSTER in "$TMP/state/"????????????????) ;; *) echo "place: $CLUSTER" && return 1 ;; esac
    cluster_stop
    # What was begun there stays there, also when the folder opens up.
    chmod 755 "$TMP/private"
    local before=$CLUSTER
    cluster_open "$TMP/private/clone/data/postgres" test
    equal "$before" "$CLUSTER"
}

test_a_database_whose_clone_was_deleted_is_put_aside() {
    skip_unless_root
    export MORDOMO_STATE_FOLDER=$TMP/state
    local data=$TMP/private/clone/data
    mkdir -p "$data"
    chmod 700 "$TMP/private"
    MORDOMO_DATA=$data database_up
    unset DATABASE_URL
    local before=$CLUSTER
    owner_environment
    owner_sql -c "create table kept as select 'of the first clone' as word"
    # Its secret may be in another's environment: it is not touched.
    cluster_leave_orphan "$data/postgres"
    equal 'of the first clone' "$(owner_sql -c 'table kept')"
    echo secret >"$data/secret"
    MORDOMO_DATA=$data database_up
    unset DATABASE_URL
    cluster_leave_orphan "$data/postgres"
    equal 'of the first clone' "$(owner_sql -c 'table kept')"
    # It still runs when the clone is deleted and made again.
    rm -rf "$data"
    mkdir -p "$data"
    cluster_leave_orphan "$data/postgres" 2>"$TMP/said"
    MORDOMO_DATA=$data database_up
    equal "$before" "$CLUSTER"
    owner_environment
    equal '' "$(owner_sql -c "select 'x' from pg_tables where tablename = 'kept'")"
    local aside
    aside=$(echo "$before".left-*)
    contains "$aside" "$(cat "$TMP/said")"
    [ -e "$aside/prepared" ]
}

test_a_path_too_long_for_a_socket_serves_by_the_loopback() {
    local long=$TMP/a-folder-with-a-very-long-name/and-another-one-inside-it/and-yet-another-one/postgres
    cluster_open "$long" test
    equal "$long" "$CLUSTER"
    owner_environment
    equal "" "$(owner_sql -c 'show unix_socket_directories')"
}

test_a_free_port_is_one_where_nobody_answers() {
    cluster_open "$TMP/postgres" test
    equal 1 "$(code_of port_free "$(cat "$CLUSTER/port")")"
    port_free "$(free_port)"
}

test_no_password_or_parameter_is_logged() {
    cluster_open "$TMP/postgres"
    owner_environment
    owner_sql <<'SQL'
set log_min_duration_statement = 0;
SQL
    "$PG_BIN/psql" -X -q -c "select 'a private word' from nowhere" >/dev/null 2>&1 || true
    "$PG_BIN/psql" -X -q -c "do \$\$ begin raise exception 'oh'; end \$\$ -- a private word" >/dev/null 2>&1 || true
    cluster_stop
    equal 1 "$(code_of grep -r -e 'a private word' -e "$(cat "$CLUSTER/owner.password")" \
        "$CLUSTER/pgdata/log" "$CLUSTER/server.log")"
}
