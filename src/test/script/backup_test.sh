# shellcheck shell=bash
# A backup is a restore that works.

# lived_in_house: a house with a table, a role, a file and a secret.
lived_in_house() {
    house
    mordomo psql -q -c "create table note as select 'remember the milk' as word" \
        -c 'create table embedding (e halfvec(3))' -c "insert into embedding values ('[1,2,3]')" \
        -c 'create role mordomo_reader login' -c 'grant select on note to mordomo_reader' \
        -c 'create unlogged table stream_epoch (epoch text)' -c "insert into stream_epoch values ('old')"
    mkdir -p "$HOUSE/data/files/ab"
    echo "a file" >"$HOUSE/data/files/ab/one"
    echo "a secret" >"$HOUSE/data/secret"
}

note() { mordomo psql -Atc 'table note'; }

test_a_backup_restores_into_an_empty_house() {
    lived_in_house
    mordomo backup "$TMP/b.tar"
    MORDOMO_BACKUP_PASSPHRASE=$(cat "$HOUSE/data/recovery-code")
    export MORDOMO_BACKUP_PASSPHRASE
    rm -rf "$HOUSE/data"
    mordomo restore "$TMP/b.tar"
    equal "remember the milk" "$(note)"
    equal "[1,2,3]" "$(mordomo psql -Atc 'table embedding')"
    equal t "$(mordomo psql -Atc "select has_table_privilege('mordomo_reader', 'note', 'select')")"
    equal "" "$(mordomo psql -Atc 'table stream_epoch')"
    equal "a file" "$(cat "$HOUSE/data/files/ab/one")"
    equal "a secret" "$(cat "$HOUSE/data/secret")"
}

test_a_backup_is_private_and_overwrites_nothing() {
    lived_in_house
    equal "$TMP/b.tar" "$(mordomo backup "$TMP/b.tar")"
    equal 600 "$(stat -c %a "$TMP/b.tar" 2>/dev/null || stat -f %Lp "$TMP/b.tar")"
    equal 1 "$(code_of mordomo backup "$TMP/b.tar")"
    contains "already there" "$(cat "$TMP/output")"
}

test_no_backup_holds_the_secret_or_the_code() {
    lived_in_house
    mordomo backup "$TMP/b.tar" >"$TMP/said" 2>&1
    local code
    code=$(cat "$HOUSE/data/recovery-code")
    equal 1 "$(code_of grep -a -i -e 'a secret' -e "${code%%-*}" "$TMP/b.tar" "$FAKE_OUT/java.arguments")"
    equal "" "$(tar -tf "$TMP/b.tar" | grep -e '/secret$' -e recovery-code)"
    contains ./secret.p12 "$(tar -tf "$TMP/b.tar")"
    # Nor do the logs of a nightly job hold the code: they say where it is, and what to do.
    equal 1 "$(code_of grep -F "$code" "$TMP/said")"
    contains "$HOUSE/data/recovery-code" "$(cat "$TMP/said")"
    contains "WRITE IT DOWN" "$(cat "$TMP/said")"
    contains "MORDOMO_BACKUP_PASSPHRASE=" "$(cat "$TMP/said")"
    equal 600 "$(stat -c %a "$HOUSE/data/recovery-code" 2>/dev/null || stat -f %Lp "$HOUSE/data/recovery-code")"
    mordomo backup "$TMP/c.tar"
    equal "$code" "$(cat "$HOUSE/data/recovery-code")"
}

# On a terminal, which `script` of util-linux makes.
on_terminal() { script -qec "$1" /dev/null; }

test_the_first_backup_shows_the_code_on_a_terminal() {
    script --version 2>/dev/null | grep -q util-linux || exit 77
    lived_in_house
    on_terminal "$HOUSE/mordomo backup $TMP/b.tar" >"$TMP/said"
    contains "$(cat "$HOUSE/data/recovery-code")" "$(cat "$TMP/said")"
    mv "$HOUSE/data/recovery-code" "$TMP/code"
    on_terminal "$HOUSE/mordomo restore $TMP/b.tar --yes" <"$TMP/code" >"$TMP/said"
    contains "The recovery code of" "$(cat "$TMP/said")"
    equal "$(cat "$TMP/code")" "$(cat "$HOUSE/data/recovery-code")"
}

test_a_backup_restores_in_another_folder_with_its_code() {
    lived_in_house
    mordomo backup "$TMP/b.tar"
    local code lax
    code=$(cat "$HOUSE/data/recovery-code")
    export MORDOMO_DATA=$TMP/elsewhere
    equal 1 "$(code_of mordomo restore "$TMP/b.tar")"
    contains "Set MORDOMO_BACKUP_PASSPHRASE to that code" "$(cat "$TMP/output")"
    lax=$(printf ' %s' "$code" | tr 'A-Z1-' 'a-zl ')
    MORDOMO_BACKUP_PASSPHRASE=$lax mordomo restore "$TMP/b.tar"
    equal "a secret" "$(cat "$TMP/elsewhere/secret")"
    equal "a file" "$(cat "$TMP/elsewhere/files/ab/one")"
    equal "remember the milk" "$(note)"
    # The one that was written down goes on.
    equal "$code" "$(cat "$TMP/elsewhere/recovery-code")"
    mordomo backup "$TMP/c.tar"
    mordomo restore "$TMP/c.tar" --yes
    mordomo stop
}

test_a_wrong_code_changes_nothing() {
    lived_in_house
    mordomo backup "$TMP/b.tar"
    mordomo psql -q -c "update note set word = 'changed'"
    local given own=ABCDE-ABCDE-ABCDE-ABCDE-ABCDE-ABCDE-ABCDE-ABCDE
    echo "$own" >"$HOUSE/data/recovery-code"
    for given in '' "$own" 'seven wet geese' "${own}F" U"${own#A}"; do
        equal 1 "$(MORDOMO_BACKUP_PASSPHRASE=$given code_of mordomo restore "$TMP/b.tar" --yes)"
        contains "Nothing was changed" "$(cat "$TMP/output")"
        equal changed "$(note)"
        equal "a secret" "$(cat "$HOUSE/data/secret")"
        equal "$own" "$(cat "$HOUSE/data/recovery-code")"
    done
}

test_a_code_is_read_as_it_is_typed() {
    local code letters
    code=$(code_read "$(random_word "$CODE_LENGTH" "$CODE_LETTERS")")
    letters=$(printf '%s' "$code" | tr -d -)
    equal 40 "${#letters}"
    equal 47 "${#code}"
    equal "$code" "$(code_read "$(printf '%s' "$letters" | tr '[:upper:]' '[:lower:]')")"
    equal "$code" "$(code_read "$(printf '%s' "$code" | tr '10-' 'IO ')")"
    equal "$code" "$(code_read "${code//-/ – }")"
    equal 1 "$(code_of code_read "${code%?}")"
    equal 1 "$(code_of code_read "")"
}

test_two_first_backups_have_one_code() {
    export MORDOMO_DATA=$TMP
    code_keep AAAAA
    code_keep BBBBB
    equal AAAAA "$(cat "$TMP/recovery-code")"
    equal "" "$(find "$TMP" -name 'recovery-code.*')"
}

test_a_file_without_a_code_is_told() {
    lived_in_house
    echo "I forgot" >"$HOUSE/data/recovery-code"
    equal 1 "$(code_of mordomo backup "$TMP/b.tar")"
    contains "holds no recovery code" "$(cat "$TMP/output")"
    equal 1 "$(code_of test -e "$TMP/b.tar")"
}

test_a_backup_of_before_with_a_clear_secret_restores() {
    lived_in_house
    mordomo backup "$TMP/b.tar"
    mkdir "$TMP/opened"
    tar -xf "$TMP/b.tar" -C "$TMP/opened"
    rm "$TMP/opened/secret.p12" "$TMP/opened/secret.under"
    echo "the secret of before" >"$TMP/opened/secret"
    checksums "$TMP/opened" >"$TMP/sums" && mv "$TMP/sums" "$TMP/opened/SHA256SUMS"
    tar -cf "$TMP/old.tar" -C "$TMP/opened" .
    rm -rf "$HOUSE/data"
    mordomo restore "$TMP/old.tar"
    equal "the secret of before" "$(cat "$HOUSE/data/secret")"
    equal "remember the milk" "$(note)"
}

test_with_a_passphrase_the_secret_is_wrapped_under_it() {
    lived_in_house
    local passphrase='seven wet geese'
    MORDOMO_BACKUP_PASSPHRASE=$passphrase mordomo backup "$TMP/b.tar" >"$TMP/said" 2>&1
    equal 1 "$(code_of grep -a -e 'a secret' -e geese "$TMP/b.tar" "$TMP/said" "$FAKE_OUT/java.arguments")"
    equal 1 "$(code_of test -e "$HOUSE/data/recovery-code")"
    # One of before says nothing of what it is under.
    mkdir "$TMP/opened"
    tar -xf "$TMP/b.tar" -C "$TMP/opened"
    rm "$TMP/opened/secret.under"
    checksums "$TMP/opened" >"$TMP/sums" && mv "$TMP/sums" "$TMP/opened/SHA256SUMS"
    tar -cf "$TMP/old.tar" -C "$TMP/opened" .
    equal 1 "$(code_of mordomo restore "$TMP/b.tar" --yes)"
    contains "set MORDOMO_BACKUP_PASSPHRASE" "$(cat "$TMP/output")"
    equal 1 "$(MORDOMO_BACKUP_PASSPHRASE=another code_of mordomo restore "$TMP/b.tar" --yes)"
    contains "Nothing was changed" "$(cat "$TMP/output")"
    equal "a secret" "$(cat "$HOUSE/data/secret")"
    local file
    for file in b old; do
        rm -rf "$HOUSE/data"
        MORDOMO_BACKUP_PASSPHRASE=$passphrase mordomo restore "$TMP/$file.tar"
        equal "a secret" "$(cat "$HOUSE/data/secret")"
        equal "remember the milk" "$(note)"
    done
}

test_restore_replaces_only_when_told_to() {
    lived_in_house
    mordomo backup "$TMP/b.tar"
    mordomo psql -q -c "update note set word = 'changed'"
    equal 1 "$(code_of mordomo restore "$TMP/b.tar")"
    contains "--yes" "$(cat "$TMP/output")"
    equal changed "$(note)"
    mordomo restore "$TMP/b.tar" --yes
    equal "remember the milk" "$(note)"
}

test_a_damaged_backup_changes_nothing() {
    lived_in_house
    mordomo backup "$TMP/b.tar"
    mkdir "$TMP/opened"
    tar -xf "$TMP/b.tar" -C "$TMP/opened"
    echo "another secret" >"$TMP/opened/secret.p12"
    tar -cf "$TMP/bad.tar" -C "$TMP/opened" .
    head -c 2000 "$TMP/b.tar" >"$TMP/cut.tar"
    echo "no tar" >"$TMP/no.tar"
    local file
    for file in bad cut no; do
        equal 1 "$(code_of mordomo restore "$TMP/$file.tar" --yes)"
        equal "remember the milk" "$(note)"
        equal "a secret" "$(cat "$HOUSE/data/secret")"
    done
}

test_restore_is_refused_while_mordomo_runs_and_backup_is_not() {
    lived_in_house
    run_house
    mordomo backup "$TMP/b.tar"
    equal 1 "$(code_of mordomo restore "$TMP/b.tar" --yes)"
    contains "mordomo stop" "$(cat "$TMP/output")"
    kill -0 "$RUN"
}
