# shellcheck shell=bash
# The last line of `test`, from sample reports.

# report FILE ATTRIBUTES: a report as Surefire writes it, with a trap in the test's output.
report() {
    mkdir -p "$(dirname "$1")"
    cat >"$1" <<XML
<?xml version="1.0" encoding="UTF-8"?>
<testsuite xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" version="3.0.2" name="dev.mordomo.X" time="0.1" $2>
  <properties><property name="x" value="tests=&quot;9&quot;"/></properties>
  <testcase name="a" classname="dev.mordomo.X" time="0.01">
    <system-out><![CDATA[ tests="77" failures="5" ]]></system-out>
  </testcase>
</testsuite>
XML
}

test_counts_are_summed_over_all_reports() {
    report "$TMP/a/TEST-one.xml" 'tests="10" errors="0" skipped="2" failures="0"'
    report "$TMP/a/TEST-two.xml" 'tests="5" errors="0" skipped="0" failures="0" flakes="0"'
    report "$TMP/b/TEST-three.xml" 'tests="1" errors="0" skipped="0" failures="0"'
    equal "14 passed, 0 failed, 2 skipped" "$(test_counts "$TMP/a" "$TMP/b")"
}

test_failures_and_errors_count_as_failed() {
    report "$TMP/a/TEST-one.xml" 'tests="10" errors="1" skipped="1" failures="2"'
    equal 1 "$(code_of test_counts "$TMP/a")"
    equal "6 passed, 3 failed, 1 skipped" "$(cat "$TMP/output")"
}

test_no_reports_fail() {
    equal 1 "$(code_of test_counts "$TMP/none")"
    equal "0 passed, 0 failed, 0 skipped" "$(cat "$TMP/output")"
}

test_only_skipped_tests_fail() {
    report "$TMP/a/TEST-one.xml" 'tests="2" errors="0" skipped="2" failures="0"'
    equal 1 "$(code_of test_counts "$TMP/a")"
}
