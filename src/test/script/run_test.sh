# shellcheck shell=bash
# `run` from the outside, with a real PostgreSQL and fakes of Java and Maven.

builds() { wc -l <"$FAKE_OUT/mvn.calls" | tr -d ' '; }

test_java_gets_its_settings_and_its_exit_code_comes_back() {
    house
    equal 7 "$(code_of mordomo run --port 9123 --cluster exit7)"
    contains "dev.mordomo.Main run --cluster exit7" "$(cat "$FAKE_OUT/java.arguments")"
    local environment
    environment=$(cat "$FAKE_OUT/java.environment")
    contains "PORT=9123" "$environment"
    contains "MORDOMO_DATA=$HOUSE/data" "$environment"
    contains "DATABASE_URL=postgresql://mordomo:" "$environment"
    [ ! -e "$HOUSE/data/mordomo.pid" ]
    [ ! -e "$HOUSE/data/postgres/pgdata/postmaster.pid" ]
}

test_a_database_of_ones_own_is_used_as_it_is() {
    house
    export DATABASE_URL=postgresql://someone:secret@db.example.org/x
    equal 0 "$(code_of mordomo run exit0)"
    contains "DATABASE_URL=$DATABASE_URL" "$(cat "$FAKE_OUT/java.environment")"
    [ ! -e "$HOUSE/data/postgres" ]
}

test_it_builds_once_and_again_after_a_change() {
    house
    export DATABASE_URL=postgresql://someone@example.org/x
    mordomo run exit0
    mordomo run exit0
    equal 1 "$(builds)"
    echo two >"$HOUSE/src/main/source"
    mordomo run exit0
    equal 2 "$(builds)"
    mv "$HOUSE/src/main/source" "$HOUSE/src/main/renamed"
    mordomo run exit0
    equal 3 "$(builds)"
}

test_a_broken_build_stops_before_java() {
    house
    : >"$FAKE_OUT/mvn.breaks"
    equal 1 "$(code_of mordomo run exit0)"
    contains "fake: cannot compile" "$(cat "$TMP/output")"
    [ ! -e "$FAKE_OUT/java.arguments" ]
    [ ! -e "$HOUSE/data/mordomo.pid" ]
}

test_a_second_run_is_refused() {
    house
    run_house
    equal 1 "$(code_of mordomo run)"
    contains "already runs in this folder" "$(cat "$TMP/output")"
    kill -0 "$RUN"
}

test_a_signal_stops_java_first_and_then_postgresql() {
    house
    run_house
    local code=0
    kill -TERM "$RUN"
    wait "$RUN" || code=$?
    equal 143 "$code"
    equal stopped "$(cat "$FAKE_OUT/java.stopped")"
    [ ! -e "$HOUSE/data/postgres/pgdata/postmaster.pid" ]
    [ ! -e "$HOUSE/data/mordomo.pid" ]
}

test_what_survives_a_kill_is_stopped_or_adopted() {
    house
    run_house
    local java postgres
    java=$(cat "$HOUSE/data/server.pid")
    postgres=$(head -n 1 "$HOUSE/data/postgres/pgdata/postmaster.pid")
    kill -KILL "$RUN"
    eventually gone "$RUN"
    run_house
    gone "$java"
    equal "$postgres" "$(head -n 1 "$HOUSE/data/postgres/pgdata/postmaster.pid")"
    contains "using it" "$(cat "$TMP/run.output")"
}

test_stop_ends_a_run() {
    house
    run_house
    mordomo stop
    eventually gone "$RUN"
    [ ! -e "$HOUSE/data/postgres/pgdata/postmaster.pid" ]
}

test_psql_beside_a_run_leaves_its_server_alone() {
    house
    run_house
    equal mordomo "$(mordomo psql -Atc 'select current_user')"
    test -e "$HOUSE/data/postgres/pgdata/postmaster.pid"
    kill -0 "$RUN"
}
