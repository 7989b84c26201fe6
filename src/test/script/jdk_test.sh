# shellcheck shell=bash
# Which JDK is taken.

# only_fakes: no JDK of this machine can be found; of its programs only those that are needed here.
only_fakes() {
    local tool
    mkdir -p "$TMP/jvm" "$TMP/bin"
    for tool in bash env sed cut head dirname readlink uname grep cat mkdir cp rm ln chmod; do
        ln -s "$(command -v "$tool")" "$TMP/bin/$tool"
    done
    unset JAVA_HOME
    export MORDOMO_JVM_FOLDERS=$TMP/jvm PATH=$TMP/bin HOME=$TMP
}

test_java_home_comes_first() {
    only_fakes
    fake_jdk "$TMP/mine" 26
    fake_jdk "$TMP/jvm/other" 25.0.3
    export JAVA_HOME=$TMP/mine
    equal "$TMP/mine" "$(find_jdk)"
}

test_an_old_java_home_is_passed_over() {
    only_fakes
    fake_jdk "$TMP/old" 17.0.9
    fake_jdk "$TMP/jvm/new" 25
    export JAVA_HOME=$TMP/old
    equal "$TMP/jvm/new" "$(find_jdk)"
}

test_javac_on_the_path_is_followed_through_its_links() {
    only_fakes
    fake_jdk "$TMP/real" 25.0.1
    ln -s "$TMP/real/bin/javac" "$TMP/alternative"
    ln -s ../alternative "$TMP/bin/javac"
    equal "$TMP/real" "$(find_jdk)"
}

test_a_version_without_a_release_file_is_asked_of_javac() {
    only_fakes
    fake_jdk "$TMP/jvm/bare" 1
    rm "$TMP/jvm/bare/release"
    printf '#!/usr/bin/env bash\necho javac 27-ea\n' >"$TMP/jvm/bare/bin/javac"
    equal 27 "$(jdk_major "$TMP/jvm/bare")"
}

test_java_8_is_not_taken_for_a_new_one() {
    only_fakes
    fake_jdk "$TMP/jvm/eight" 1.8.0_402
    equal 1 "$(code_of find_jdk)"
}

test_a_runtime_without_a_compiler_is_no_jdk() {
    only_fakes
    fake_jdk "$TMP/jvm/jre" 25
    rm "$TMP/jvm/jre/bin/javac"
    equal 1 "$(code_of find_jdk)"
}

test_a_folder_with_a_blank_in_its_name() {
    only_fakes
    fake_jdk "$TMP/jvm/my jdk" 25
    equal "$TMP/jvm/my jdk" "$(find_jdk)"
}

test_without_a_jdk_it_says_how_to_get_one() {
    only_fakes
    equal 1 "$(code_of eval '(need_jdk)')"
    contains "No JDK 25 or newer" "$(cat "$TMP/output")"
    contains "SDKMAN" "$(cat "$TMP/output")"
}
