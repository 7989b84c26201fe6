# shellcheck shell=bash
# The secret of a backup, and what it is wrapped under: MORDOMO_BACKUP_PASSPHRASE, or else the recovery code of this
# installation, which the first such backup makes. The code lies beside the secret and in no backup.

# Without I, L, O and U, which are read as others: 40 of them are 200 bits.
CODE_LETTERS=0123456789ABCDEFGHJKMNPQRSTVWXYZ
CODE_LENGTH=40

# What backup_key and restore_key find: the key, what it is, and whence it came.
WRAP_KEY='' WRAP_UNDER='' WRAP_FROM=''

code_file() { printf '%s' "$MORDOMO_DATA/recovery-code"; }

# code_read TEXT: the code as it is shown, eight groups of five, whatever case, spaces and dashes it was
# typed with; fails for what is none.
code_read() {
    local code
    code=$(printf '%s' "$1" | LC_ALL=C tr -dc 'A-Za-z0-9' | LC_ALL=C tr '[:lower:]' '[:upper:]' | tr 'OIL' '011')
    [ "${#code}" = "$CODE_LENGTH" ] || return 1
    case $code in *[!"$CODE_LETTERS"]*) return 1 ;; esac
    printf '%s' "$code" | sed -e 's/...../&-/g' -e 's/-$//'
}

# code_keep CODE: in its file, readable by its owner alone; of two at once the first one's stays.
code_keep() {
    local file part
    file=$(code_file)
    part=$file.$$
    (umask 077 && printf '%s\n' "$1" >"$part") || return 1
    # Not every file system has links.
    ln "$part" "$file" 2>/dev/null || mv -n "$part" "$file"
    rm -f "$part"
}

# kept_code: fails when there is none.
kept_code() {
    local file
    file=$(code_file)
    [ -e "$file" ] || return 1
    code_read "$(cat "$file")" ||
        die "$file holds no recovery code: eight groups of five letters and digits." \
            "If the code is lost, delete the file: the next backup makes a new one."
}

# backup_key: sets WRAP_KEY and WRAP_UNDER, what the secret of this backup is wrapped under.
backup_key() {
    if [ -n "${MORDOMO_BACKUP_PASSPHRASE:-}" ]; then
        WRAP_KEY=$MORDOMO_BACKUP_PASSPHRASE WRAP_UNDER=passphrase
        return
    fi
    WRAP_UNDER=recovery-code
    if [ ! -e "$(code_file)" ]; then
        code_keep "$(code_read "$(random_word "$CODE_LENGTH" "$CODE_LETTERS")")" || return 1
        WRAP_UNDER=new-recovery-code
    fi
    WRAP_KEY=$(kept_code)
}

# wrapping_ready: Java wraps the secret. A jar that is there will do, whatever became of its sources: a
# server may be running from it.
wrapping_ready() {
    need_jdk
    if [ ! -f "$ROOT/target/mordomo.jar" ] || [ ! -d "$ROOT/target/lib" ]; then build_if_changed; fi
    java_command
}

# wrapping COMMAND FROM TO, under WRAP_KEY: which goes through the environment, which others do not see.
wrapping() { MORDOMO_BACKUP_PASSPHRASE=$WRAP_KEY "${JAVA[@]}" secret "$@"; }

# backup_secret FOLDER
backup_secret() {
    [ -e "$MORDOMO_DATA/secret" ] || return 0
    backup_key || return 1
    say "Wrapping the secret …"
    wrapping wrap "$MORDOMO_DATA/secret" "$1/secret.p12" || return 1
    printf '%s\n' "${WRAP_UNDER#new-}" >"$1/secret.under"
}

# code_told: after a backup, with what it opens elsewhere. The code itself is for eyes, not for the
# mails and logs of a nightly job.
code_told() {
    local file
    file=$(code_file)
    case $WRAP_UNDER in
        recovery-code)
            say "Elsewhere it opens with this installation's recovery code, which is in $file and in no" \
                "backup: keep it written down."
            ;;
        new-recovery-code)
            say ""
            say "The recovery code of this installation, made just now, is in $file"
            if [ -t 2 ]; then say "" && say "    $WRAP_KEY" && say ""; fi
            say "WRITE IT DOWN and keep it apart from the backups: it is in none of them, and without it" \
                "none can be opened elsewhere. There: MORDOMO_BACKUP_PASSPHRASE='THE CODE' ./mordomo restore FILE"
            ;;
    esac
}

# restore_key FILE UNDER: sets WRAP_KEY, and WRAP_FROM for messages, or ends with what to set.
restore_key() {
    local what=passphrase
    [ "$2" != recovery-code ] || what='recovery code'
    WRAP_KEY='' WRAP_FROM=MORDOMO_BACKUP_PASSPHRASE
    if [ -n "${MORDOMO_BACKUP_PASSPHRASE:-}" ]; then
        WRAP_KEY=$MORDOMO_BACKUP_PASSPHRASE
        [ "$2" != recovery-code ] || WRAP_KEY=$(code_read "$WRAP_KEY") ||
            warn "MORDOMO_BACKUP_PASSPHRASE is no recovery code (eight groups of five letters and digits)."
    fi
    if [ -z "$WRAP_KEY" ] && [ "$2" = recovery-code ] && [ -e "$(code_file)" ]; then
        WRAP_KEY=$(kept_code)
        WRAP_FROM="the recovery code in $(code_file)"
    fi
    if [ -z "$WRAP_KEY" ] && [ -t 0 ]; then
        WRAP_FROM="that $what"
        IFS= read -r -s -p "The $what of $1: " WRAP_KEY && say ""
        [ "$2" != recovery-code ] || WRAP_KEY=$(code_read "$WRAP_KEY") ||
            die "That is no recovery code: eight groups of five letters and digits. Nothing was changed."
    fi
    [ -n "$WRAP_KEY" ] || restore_key_missing "$1" "$what"
}

restore_key_missing() {
    case $2 in
        passphrase) die "The secret in $1 is wrapped: set MORDOMO_BACKUP_PASSPHRASE to what it was made with." ;;
        *)
            die "The secret in $1 is wrapped under the recovery code of the installation that made it." \
                "Set MORDOMO_BACKUP_PASSPHRASE to that code; it was shown at the first backup, and is there" \
                "in the file recovery-code of the data folder."
            ;;
    esac
}

# Before anything is changed: without its secret a database is of no use.
unwrap_secret() {
    local under=passphrase
    RESTORE_CODE=''
    [ -f "$RESTORE_STAGE/secret.p12" ] || return 0
    [ ! -f "$RESTORE_STAGE/secret.under" ] || under=$(cat "$RESTORE_STAGE/secret.under")
    restore_key "$1" "$under"
    wrapping_ready
    wrapping unwrap "$RESTORE_STAGE/secret.p12" "$RESTORE_STAGE/secret" ||
        die "The secret could not be unwrapped with $WRAP_FROM. Nothing was changed."
    [ "$under" != recovery-code ] || RESTORE_CODE=$WRAP_KEY
}

# code_adopted: after a restore, whoever wrote the code down goes on with it. One that is here already
# opens the backups that are here.
code_adopted() {
    [ -z "$RESTORE_CODE" ] || [ -e "$(code_file)" ] || code_keep "$RESTORE_CODE"
}
