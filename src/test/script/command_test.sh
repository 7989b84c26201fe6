# shellcheck shell=bash
# What is typed wrongly, versions, and the script's own lint.

test_an_unknown_command_shows_the_usage() {
    house
    equal 2 "$(code_of mordomo frobnicate)"
    contains "unknown command 'frobnicate'" "$(cat "$TMP/output")"
    contains "Usage:" "$(cat "$TMP/output")"
}

test_no_command_shows_the_usage() {
    house
    equal 2 "$(code_of mordomo)"
}

test_help_is_no_error_and_makes_no_folder() {
    house
    equal 0 "$(code_of mordomo help)"
    [ ! -e "$HOUSE/data" ]
}

test_a_port_must_be_a_number_that_exists() {
    house
    equal 2 "$(code_of mordomo run --port)"
    equal 2 "$(code_of mordomo run --port abc)"
    equal 2 "$(code_of mordomo run --port=70000)"
    equal 2 "$(code_of mordomo run --port -1)"
}

test_restore_without_a_file_or_with_a_missing_one() {
    house
    equal 2 "$(code_of mordomo restore)"
    equal 2 "$(code_of mordomo restore a b)"
    equal 2 "$(code_of mordomo restore --force a)"
    equal 1 "$(code_of mordomo restore "$TMP/nothing.tar")"
    contains "There is no file" "$(cat "$TMP/output")"
}

test_the_private_database_is_not_looked_for_beside_another() {
    house
    export DATABASE_URL=postgresql://someone@example.org/x
    equal 1 "$(code_of mordomo backup)"
    contains "DATABASE_URL is set" "$(cat "$TMP/output")"
}

test_versions_compare_as_numbers() {
    version_at_least 0.10.0 0.8.0
    version_at_least 0.8.0-1~deb13u1 0.8.0
    version_at_least 3.8.7 3.8.7
    version_at_least 4 3.9.1
    equal 1 "$(code_of version_at_least 0.7.4 0.8.0)"
    equal 1 "$(code_of version_at_least 3.6.3 3.8.7)"
    equal 1 "$(code_of version_at_least '' 0.8.0)"
}

test_shellcheck_finds_nothing() {
    have shellcheck || exit 77
    (cd "$ROOT" && shellcheck -x mordomo script/*.sh src/test/script/all src/test/script/*.sh .ci/run conf/postgres/*.sh)
}

test_only_a_cluster_has_hazelcast_on_its_class_path() {
    export JAVA_HOME=/jdk
    java_command run
    case "${JAVA[*]}" in *lib/cluster*) exit 1 ;; esac
    java_command run --cluster
    contains "lib/cluster/*" "${JAVA[*]}"
    contains "@$ROOT/conf/java-cluster.options" "${JAVA[*]}"
}
