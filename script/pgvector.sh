# shellcheck shell=bash
# pgvector for the PostgreSQL that was found: the system's package, else Debian's own source package.

PGVECTOR_AT_LEAST=0.8.0

# version_at_least HAVE WANT: true when the dotted number HAVE is WANT or newer.
version_at_least() {
    local have want i left
    IFS=. read -r -a have <<<"${1%%[-+~]*}"
    IFS=. read -r -a want <<<"$2"
    for i in "${!want[@]}"; do
        left=${have[i]:-0}
        left=${left%%[!0-9]*}
        [ "${left:-0}" -gt "${want[i]}" ] && return 0
        [ "${left:-0}" -lt "${want[i]}" ] && return 1
    done
    return 0
}

# pgvector_version PG_BIN: the version that this PostgreSQL would create; nothing when there is none.
pgvector_version() {
    local control
    control=$("$1/pg_config" --sharedir 2>/dev/null)/extension/vector.control
    [ -r "$control" ] || return 0
    sed -n "s/^default_version *= *'\(.*\)'.*/\1/p" "$control"
}

pgvector_present() {
    local version
    version=$(pgvector_version "$1")
    [ -n "$version" ] && version_at_least "$version" "$PGVECTOR_AT_LEAST"
}

# need_pgvector PG_BIN PG_MAJOR: installs it, or ends with the commands that do.
need_pgvector() {
    local bin=$1 major=$2
    pgvector_present "$bin" && return 0
    if ! is_root || ! have apt-get; then die_without_pgvector "$major"; fi
    refresh_package_lists
    if pgvector_packaged "$major"; then
        install_packages "postgresql-$major-pgvector"
    elif on_debian; then
        build_pgvector_from_debian_source "$bin" "$major"
    else
        die_without_pgvector "$major"
    fi
    pgvector_present "$bin" || die "pgvector $PGVECTOR_AT_LEAST or newer did not install for PostgreSQL $major."
}

pgvector_packaged() {
    local candidate
    candidate=$(apt-cache policy "postgresql-$1-pgvector" 2>/dev/null | sed -n 's/^ *Candidate: *//p')
    [ -n "$candidate" ] && [ "$candidate" != "(none)" ] &&
        version_at_least "$candidate" "$PGVECTOR_AT_LEAST"
}

on_debian() { [ "$(os_release ID)" = debian ]; }

# The newer release of Debian whose source package is taken, and the keyring that signs it.
PGVECTOR_SOURCE_RELEASE=trixie
DEBIAN_KEYRING=/usr/share/keyrings/debian-archive-keyring.gpg

# debian_mirror prints the address from which this machine's own apt takes Debian.
debian_mirror() {
    # shellcheck disable=SC2016 # apt-get expands these, not the shell
    apt-get indextargets --format '$(ORIGIN)|$(CODENAME)|$(COMPONENT)|$(REPO_URI)' |
        awk -F'|' -v release="$(os_release VERSION_CODENAME)" \
            '$1 == "Debian" && $2 == release && $3 == "main" { print $4; exit }'
}

build_pgvector_from_debian_source() {
    local bin=$1 major=$2 mirror work
    say "Building pgvector from Debian's source package (about half a minute, once) …"
    install_packages "postgresql-server-dev-$major" gcc make libc6-dev dpkg-dev
    mirror=$(debian_mirror)
    [ -n "$mirror" ] || die "apt knows no Debian mirror on this machine; pgvector's source comes from one."
    work=$(mktemp -d)
    # apt drops its rights to the user _apt for downloads.
    chmod 755 "$work"
    if ! quietly "$work/log" pgvector_fetch_and_make "$work" "$mirror" "$bin"; then
        rm -rf "$work"
        die "pgvector could not be built; the lines above say why."
    fi
    rm -rf "$work"
}

# A private configuration of apt: one deb-src line and lists of its own, so that nothing of the newer
# release ever reaches the machine's own package lists. Signatures are checked as always.
pgvector_fetch_and_make() (
    cd "$1" && mkdir -p lists/partial cache/archives/partial parts unpacked || return 1
    printf 'deb-src [signed-by=%s] %s %s main\n' \
        "$DEBIAN_KEYRING" "$2" "$PGVECTOR_SOURCE_RELEASE" >sources.list
    local private=(
        -o "Dir::Etc::sourcelist=$1/sources.list" -o "Dir::Etc::sourceparts=$1/parts"
        -o "Dir::State::lists=$1/lists" -o "Dir::Cache=$1/cache"
        -o APT::Sandbox::User=root
    )
    # apt checks the hashes of the .dsc and its files against the signed release.
    apt-get "${private[@]}" update &&
        apt-get "${private[@]}" source --download-only pgvector &&
        dpkg-source --no-check -x pgvector_*.dsc unpacked/pgvector &&
        make -C unpacked/pgvector OPTFLAGS= PG_CONFIG="$3/pg_config" &&
        make -C unpacked/pgvector OPTFLAGS= PG_CONFIG="$3/pg_config" install
)

# die_without_pgvector MAJOR: the exact commands for this system.
die_without_pgvector() {
    local missing="PostgreSQL $1 is here, but pgvector $PGVECTOR_AT_LEAST or newer is not. Install it, then start again:"
    case $(system_family) in
        debian)
            if pgvector_packaged "$1"; then
                die "$missing" "sudo apt-get install postgresql-$1-pgvector"
            fi
            die "$missing" "sudo ./mordomo install" "(builds it from Debian's own source package; nothing else runs as root)"
            ;;
        ubuntu)
            if pgvector_packaged "$1"; then
                die "$missing" "sudo apt-get install postgresql-$1-pgvector"
            fi
            # This release's own package is too old; PostgreSQL's own packages come with newer ones.
            die "$missing" "sudo apt-get install postgresql-common" \
                "sudo /usr/share/postgresql-common/pgdg/apt.postgresql.org.sh" \
                "sudo apt-get install postgresql-$1-pgvector"
            ;;
        fedora) die "$missing" "sudo dnf install pgvector" ;;
        arch) die "$missing" "sudo pacman -S pgvector" ;;
        macos) die "$missing" "brew install pgvector" ;;
        *) die "$missing" "see the README of pgvector, or set DATABASE_URL to a PostgreSQL that has it" ;;
    esac
}
