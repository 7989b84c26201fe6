# shellcheck shell=bash
# Finding PostgreSQL and its operating-system user, and running things as that user.

POSTGRES_AT_LEAST=15
DEFAULT_POSTGRES=15 # what Debian 12 packages; asked for only when none is installed

# postgres_bin_folders: where systems put PostgreSQL, one folder a line.
postgres_bin_folders() {
    if [ -n "${MORDOMO_PG_BIN:-}" ]; then
        printf '%s\n' "$MORDOMO_PG_BIN"
        return
    fi
    local folder
    for folder in /usr/lib/postgresql/*/bin /usr/pgsql-*/bin /opt/homebrew/opt/postgresql@*/bin \
        /usr/local/opt/postgresql@*/bin /usr/local/pgsql/bin; do
        [ -x "$folder/initdb" ] && printf '%s\n' "$folder"
    done
    if have initdb && have postgres; then dirname "$(command -v initdb)"; fi
}

# postgres_major PG_BIN: 15 for "postgres (PostgreSQL) 15.7".
postgres_major() { "$1/postgres" --version 2>/dev/null | sed -n 's/^[^0-9]*\([0-9]*\).*/\1/p'; }

# best_postgres [MAJOR]: "MAJOR FOLDER" of the newest fit one, those with pgvector first.
best_postgres() {
    local folder major
    postgres_bin_folders | while read -r folder; do
        major=$(postgres_major "$folder")
        if [ "${major:-0}" -lt "$POSTGRES_AT_LEAST" ]; then continue; fi
        if [ -n "${1:-}" ] && [ "$major" != "$1" ]; then continue; fi
        if pgvector_present "$folder"; then printf '1 '; else printf '0 '; fi
        printf '%s %s\n' "$major" "$folder"
    done | sort -k1,1nr -k2,2nr | head -n 1 | cut -d' ' -f2-
}

# need_postgres [MAJOR]: sets PG_BIN, PG_MAJOR and PG_USER; installs what is missing or ends with the
# commands that do. MAJOR is that of a cluster that already holds data.
need_postgres() {
    local found
    found=$(best_postgres "${1:-}")
    if [ -z "$found" ]; then
        install_postgres "${1:-$DEFAULT_POSTGRES}"
        found=$(best_postgres "${1:-}")
        [ -n "$found" ] || die "PostgreSQL was installed, but no initdb was found afterwards."
    fi
    PG_MAJOR=${found%% *}
    PG_BIN=${found#* }
    need_pgvector "$PG_BIN" "$PG_MAJOR"
    PG_USER=$(postgres_user)
}

install_postgres() {
    if ! is_root || ! have apt-get; then die_without_postgres "$1"; fi
    refresh_package_lists
    local major=$1
    if [ "$(apt-cache policy "postgresql-$major" | grep -c 'Candidate: [0-9]')" = 0 ]; then
        major=$(packaged_postgres)
        [ -n "$major" ] || die_without_postgres "$1"
    fi
    without_system_cluster install_packages "postgresql-$major"
}

# packaged_postgres: the newest major version among this system's packages.
packaged_postgres() {
    apt-cache --names-only search '^postgresql-[0-9]+$' |
        sed -n 's/^postgresql-\([0-9]*\) .*/\1/p' | sort -n | tail -n 1
}

# without_system_cluster COMMAND…: Debian's packages would make and start a cluster of their own. The
# setting that forbids it is put back as it was.
without_system_cluster() {
    local conf=/etc/postgresql-common/createcluster.conf before=
    install_packages postgresql-common
    if [ -f "$conf" ]; then
        before=$(mktemp)
        cp -p "$conf" "$before"
    fi
    printf '\ncreate_main_cluster = false\n' >>"$conf"
    "$@"
    if [ -n "$before" ]; then cp -p "$before" "$conf" && rm -f "$before"; else rm -f "$conf"; fi
}

# postgres_user: the account that runs the server. PostgreSQL refuses to run as root.
postgres_user() {
    if ! is_root; then
        id -un
    elif id postgres >/dev/null 2>&1; then
        echo postgres
    else
        useradd --system --user-group --no-create-home --shell /usr/sbin/nologin mordomo 2>/dev/null ||
            id mordomo >/dev/null 2>&1 || die "No user to run PostgreSQL as: useradd failed."
        echo mordomo
    fi
}

# as_postgres COMMAND…: runs it as PG_USER, from a folder that this user may enter.
as_postgres() (
    cd / || exit 1
    if [ "$(id -un)" = "$PG_USER" ]; then exec "$@"; fi
    exec runuser -u "$PG_USER" -- "$@"
)

# die_without_postgres MAJOR: the exact commands for this system.
die_without_postgres() {
    local missing="No PostgreSQL $POSTGRES_AT_LEAST or newer is installed. Install it with pgvector, then start again:"
    local other="or set DATABASE_URL to a PostgreSQL of your own"
    case $(system_family) in
        debian) die "$missing" "sudo ./mordomo install" "(installs postgresql and pgvector; nothing else runs as root)" "$other" ;;
        ubuntu) die "$missing" "sudo apt-get install postgresql postgresql-$(packaged_postgres)-pgvector" "$other" ;;
        fedora) die "$missing" "sudo dnf install postgresql-server postgresql-contrib pgvector" "$other" ;;
        arch) die "$missing" "sudo pacman -S postgresql pgvector" "$other" ;;
        macos) die "$missing" "brew install postgresql@17 pgvector" "$other" ;;
        *) die "$missing" "see the documentation of your system" "$other" ;;
    esac
}
