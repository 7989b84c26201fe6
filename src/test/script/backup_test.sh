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

test_a_secret_in_clear_is_said_loudly() {
    lived_in_house
    contains "IN CLEAR" "$(mordomo backup "$TMP/b.tar" 2>&1)"
}

test_with_a_passphrase_the_secret_is_wrapped() {
    lived_in_house
    export FAKE_PASSPHRASE='seven wet geese'
    MORDOMO_BACKUP_PASSPHRASE=$FAKE_PASSPHRASE mordomo backup "$TMP/b.tar" >"$TMP/said" 2>&1
    equal 1 "$(code_of grep -a -e 'a secret' -e geese "$TMP/b.tar" "$TMP/said" "$FAKE_OUT/java.arguments")"
    equal 1 "$(code_of mordomo restore "$TMP/b.tar" --yes)"
    contains "set MORDOMO_BACKUP_PASSPHRASE" "$(cat "$TMP/output")"
    equal 1 "$(MORDOMO_BACKUP_PASSPHRASE=another code_of mordomo restore "$TMP/b.tar" --yes)"
    contains "Nothing was changed" "$(cat "$TMP/output")"
    equal "a secret" "$(cat "$HOUSE/data/secret")"
    rm -rf "$HOUSE/data"
    MORDOMO_BACKUP_PASSPHRASE=$FAKE_PASSPHRASE mordomo restore "$TMP/b.tar"
    equal "a secret" "$(cat "$HOUSE/data/secret")"
    equal "remember the milk" "$(note)"
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
    echo "another secret" >"$TMP/opened/secret"
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
