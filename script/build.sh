# shellcheck shell=bash
# Building when, and only when, the sources changed.

MAVEN_AT_LEAST=3.8.7

# maven ARGUMENTS…: the system's Maven, which must be new enough.
maven() {
    if ! have mvn || ! version_at_least "$(maven_version)" "$MAVEN_AT_LEAST"; then
        die "Maven $MAVEN_AT_LEAST or newer is needed to build: apt-get install maven (Debian, Ubuntu), dnf install maven (Fedora), brew install maven (macOS)."
    fi
    mvn "$@"
}

maven_version() { mvn --version 2>/dev/null | sed -n 's/.*Apache Maven \([0-9.]*\).*/\1/p'; }

# build_sources: every file that ends up in the jar or decides how it is made.
build_sources() {
    # Not every folder need be there, so find's own complaint says nothing.
    (cd "$ROOT" && { find pom.xml .mvn src/main migrations web-demo conf docs/manual docs/*.yaml \
        -type f 2>/dev/null || true; } | LC_ALL=C sort)
}

build_digest() {
    build_sources | (cd "$ROOT" && while IFS= read -r file; do
        printf '%s\n' "$file"
        cat "$file"
    done) | sha256
}

build_current() {
    local stamp=$ROOT/target/mordomo.stamp jar=$ROOT/target/mordomo.jar
    [ -f "$jar" ] && [ -d "$ROOT/target/lib" ] && [ -f "$stamp" ] || return 1
    # A jar newer than its stamp was made by something else, from sources that we did not see.
    [ ! "$jar" -nt "$stamp" ] && [ "$(cat "$stamp")" = "$(build_digest)" ]
}

build_stamp() { printf '%s\n' "$1" >"$ROOT/target/mordomo.stamp"; }

build_if_changed() {
    build_current && return 0
    local digest log=$ROOT/target/build.log
    if [ -f "$ROOT/target/mordomo.jar" ]; then
        say "Building Mordomo, since its sources changed …"
    else
        say "Building Mordomo (first time, about a minute; longer while libraries download) …"
    fi
    mkdir -p "$ROOT/target"
    # Taken first: what changes during the build must be built again.
    digest=$(build_digest)
    rm -rf "$ROOT/target/lib"
    (cd "$ROOT" && quietly "$log" maven -q -B -ntp -Dmaven.test.skip=true -Dspotless.check.skip \
        -Djacoco.skip package) || die "The build failed; the whole log is target/build.log."
    build_stamp "$digest"
}
