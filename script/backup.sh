# shellcheck shell=bash
# `backup` and `restore` of the private PostgreSQL with the files and the installation's secret.
#
# A backup is one tar, readable by its owner alone:
#   database.dump   pg_dump's custom format
#   roles           the roles that the dump's grants and policies name; made again before a restore
#   files/          from the data folder, when it is there
#   secret.p12      the installation's secret, wrapped under what secret.under says (see recovery.sh);
#                   backups of before hold `secret`, in clear, and restore as well
#   SHA256SUMS      of all of these

# owner_environment: PostgreSQL's programs then connect as the owner; a password in the
# environment is seen by nobody else, one on the command line by everybody.
owner_environment() {
    PGHOST=127.0.0.1
    PGPORT=$(cat "$CLUSTER/port")
    PGPASSWORD=$(cat "$CLUSTER/owner.password")
    export PGHOST PGPORT PGPASSWORD PGUSER=mordomo PGDATABASE=mordomo
}

owner_sql() { PGOPTIONS='-c client_min_messages=warning' "$PG_BIN/psql" -X -q -At -v ON_ERROR_STOP=1 "$@"; }

checksums() {
    local program=(sha256sum)
    have sha256sum || program=(shasum -a 256)
    (cd "$1" && find . -type f ! -name SHA256SUMS -exec "${program[@]}" {} + | LC_ALL=C sort -k 2)
}

# command_backup [FILE]
command_backup() {
    [ $# -le 1 ] || usage_error "backup takes one file at most."
    need_private_database backup
    local file
    [ ! -e "$MORDOMO_DATA/secret" ] || wrapping_ready
    file=${1:-$MORDOMO_DATA/backups/mordomo-$(date -u +%Y%m%d-%H%M%S).tar}
    umask 077
    mkdir -p "$(dirname "$file")"
    [ ! -e "$file" ] || die "$file is already there; a backup overwrites nothing."
    with_database backup_write "$file"
}

backup_write() {
    local file=$1 stage
    owner_environment
    stage=$(mktemp -d "$(dirname "$file")/.backup.XXXXXX")
    if ! backup_stage "$stage" || ! backup_verify "$stage"; then
        rm -rf "$stage" "$file.part"
        die "The backup failed; nothing was written to $file."
    fi
    say "Packing …"
    tar -cf "$file.part" -C "$stage" . && mv "$file.part" "$file"
    rm -rf "$stage"
    say "Wrote $file ($(du -h "$file" | cut -f1)), sha256 $(sha256 <"$file")."
    code_told
    printf '%s\n' "$file"
}

# backup_stage FOLDER: the dump first, so that each file which it names is there to be copied.
backup_stage() {
    local part
    say "Dumping the database ($(owner_sql -c 'select pg_size_pretty(pg_database_size(current_database()))')) …"
    "$PG_BIN/pg_dump" --format=custom --no-unlogged-table-data --file="$1/database.dump" || return 1
    owner_sql -c "select rolname from pg_roles where rolname !~ '^pg_' and not rolsuper
        and rolname <> current_user order by 1" >"$1/roles" || return 1
    if [ -e "$MORDOMO_DATA/files" ]; then
        say "Copying files …"
        cp -Rp "$MORDOMO_DATA/files" "$1/files" || return 1
    fi
    backup_secret "$1" || return 1
    checksums "$1" >"$1/SHA256SUMS"
}

# backup_verify FOLDER: the dump's table of contents reads, and every file is what was noted.
backup_verify() {
    say "Verifying …"
    [ -s "$1/database.dump" ] && [ -s "$1/SHA256SUMS" ] || return 1
    "$PG_BIN/pg_restore" --list "$1/database.dump" >/dev/null || return 1
    [ "$(checksums "$1")" = "$(cat "$1/SHA256SUMS")" ]
}

# command_restore FILE [--yes]
command_restore() {
    local file='' yes=''
    while [ $# -gt 0 ]; do
        case $1 in
            --yes) yes=yes ;;
            -*) usage_error "restore knows no option '$1'." ;;
            *)
                [ -z "$file" ] || usage_error "restore takes one file."
                file=$1
                ;;
        esac
        shift
    done
    [ -n "$file" ] || usage_error "restore needs the file of a backup."
    need_private_database restore
    [ -f "$file" ] || die "There is no file $file."
    refuse_while_running
    claim "$MORDOMO_DATA/mordomo.pid" "Mordomo runs in this folder"
    trap run_finished EXIT
    database_up
    owner_environment
    restore_from "$file" "$yes"
}

refuse_while_running() {
    if claimed "$MORDOMO_DATA/mordomo.pid" ||
        process_matches "$(pid_in "$MORDOMO_DATA/server.pid")" dev.mordomo.Main; then
        die "Mordomo runs in this folder. Stop it first: ./mordomo stop"
    fi
}

restore_from() {
    if [ -z "$2" ] && ! installation_empty; then
        die "This installation already holds data. To replace all of it:" "./mordomo restore $1 --yes"
    fi
    umask 077
    RESTORE_STAGE=$(mktemp -d "$MORDOMO_DATA/.restore.XXXXXX")
    trap 'rm -rf "$RESTORE_STAGE"; run_finished' EXIT
    say "Reading $1 …"
    tar -xf "$1" -C "$RESTORE_STAGE" || die "$1 is not a tar, or is cut short."
    [ -f "$RESTORE_STAGE/database.dump" ] || die "$1 is not a backup of Mordomo."
    backup_verify "$RESTORE_STAGE" || die "$1 is damaged: its checksums do not hold. Nothing was changed."
    unwrap_secret "$1"
    restore_database
    restore_files
    code_adopted
    say "Restored $1. Start Mordomo with ./mordomo run."
}

installation_empty() {
    [ ! -e "$MORDOMO_DATA/secret" ] && [ ! -e "$MORDOMO_DATA/files" ] &&
        [ "$(owner_sql -c "select count(*) from pg_tables
              where schemaname not in ('pg_catalog', 'information_schema')")" = 0 ]
}

# The dump goes into a database of its own, which takes the old one's place once it is whole: a
# restore that fails changes nothing.
restore_database() {
    local list=$RESTORE_STAGE/list role
    say "Restoring the database …"
    while IFS= read -r role; do restore_role "$role"; done <"$RESTORE_STAGE/roles"
    # Extensions belong to the superuser and came with template1.
    "$PG_BIN/pg_restore" --list "$RESTORE_STAGE/database.dump" |
        grep -v -E '^[0-9]+; [0-9]+ [0-9]+ (EXTENSION|COMMENT - EXTENSION) ' >"$list"
    owner_sql -d postgres -c 'drop database if exists mordomo_restored' \
        -c 'create database mordomo_restored template template1' || die "No new database could be made."
    if ! "$PG_BIN/pg_restore" --exit-on-error --single-transaction --use-list="$list" \
        --dbname=mordomo_restored "$RESTORE_STAGE/database.dump" ||
        ! restore_epoch; then
        owner_sql -d postgres -c 'drop database mordomo_restored'
        die "The restore failed; the database is as it was."
    fi
    owner_sql -d postgres <<'SQL' || die "The restored database could not take the old one's place."
drop database if exists mordomo_replaced;
begin;
alter database mordomo rename to mordomo_replaced;
alter database mordomo_restored rename to mordomo;
commit;
drop database mordomo_replaced;
SQL
}

# Nobody can sign in as these yet: the server gives them their passwords, from the restored secret,
# when it starts.
restore_role() {
    owner_sql -d postgres -v role="$1" <<'SQL' || die "The role $1 could not be made."
select format('create role %I login', :'role')
 where not exists (select from pg_roles where rolname = :'role') \gexec
SQL
}

# Clients hold positions in a history that may now be shorter: without its old epoch, which a backup
# leaves out, the server makes a new one, and they start afresh.
restore_epoch() {
    if [ "$(owner_sql -d mordomo_restored -c "select to_regclass('public.stream_epoch') is not null")" = t ]; then
        owner_sql -d mordomo_restored -c 'delete from stream_epoch'
    fi
}

restore_files() {
    local part
    for part in files secret; do
        rm -rf "${MORDOMO_DATA:?}/$part"
        [ ! -e "$RESTORE_STAGE/$part" ] || mv "$RESTORE_STAGE/$part" "$MORDOMO_DATA/$part"
    done
}
