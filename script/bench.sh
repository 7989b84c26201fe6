# shellcheck shell=bash
# `bench`: the benchmarks of src/bench, on a PostgreSQL of their own that keeps its data safe like a
# real one.

# command_bench [--short] [NAME]…
command_bench() {
    need_jdk
    # 10,000 sockets have two ends each, here.
    ulimit -n "$(ulimit -Hn)" 2>/dev/null || true
    claim "$MORDOMO_DATA/bench.pid" "A benchmark already runs in this folder"
    trap bench_finished EXIT
    bench_build
    cluster_open "$MORDOMO_DATA/bench"
    export MORDOMO_BENCH_PG_BIN=$PG_BIN MORDOMO_BENCH_PG_USER=$PG_USER
    export MORDOMO_BENCH_PG_DATA=$CLUSTER/pgdata
    MORDOMO_BENCH_DATABASE_URL=$(cluster_url postgres)
    export MORDOMO_BENCH_DATABASE_URL
    bench_as_tests
    bench_java "$@"
}

# Chaos, quality and ingest use what the tests are made of, and want what they want.
bench_as_tests() {
    test_node_modules
    export MORDOMO_TEST_PG_BIN=$MORDOMO_BENCH_PG_BIN MORDOMO_TEST_PG_USER=$MORDOMO_BENCH_PG_USER
    export MORDOMO_TEST_PG_DATA=$MORDOMO_BENCH_PG_DATA
    export MORDOMO_TEST_DATABASE_URL=$MORDOMO_BENCH_DATABASE_URL
}

bench_finished() {
    cluster_stop
    rm -f "$MORDOMO_DATA/bench.pid"
}

# The benchmarks are compiled with the tests, whose classes and libraries they use.
bench_build() {
    say "Building Mordomo and its benchmarks …"
    mkdir -p "$ROOT/target"
    (cd "$ROOT" && quietly "$ROOT/target/build.log" maven -q -B -ntp -DskipTests -Dspotless.check.skip \
        -Djacoco.skip package dependency:build-classpath \
        -Dmdep.outputFile=target/bench.classpath -Dmdep.includeScope=test) ||
        die "The build failed; the whole log is target/build.log."
}

bench_java() {
    local more=()
    read -r -a more <<<"${MORDOMO_JAVA_OPTS:-}"
    "$JAVA_HOME/bin/java" --enable-native-access=ALL-UNNAMED -XX:+UseSerialGC \
        -XX:+UseCompactObjectHeaders ${more[@]+"${more[@]}"} \
        -cp "$ROOT/target/test-classes:$ROOT/target/classes:$(cat "$ROOT/target/bench.classpath")" \
        dev.mordomo.bench.Bench "$@"
}
