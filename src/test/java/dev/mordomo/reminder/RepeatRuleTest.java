package dev.mordomo.reminder;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RepeatRuleTest {
  private static final ZoneId LISBON = ZoneId.of("Europe/Lisbon");
  private static final ZoneId NEW_YORK = ZoneId.of("America/New_York");

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        // Lisbon: summer time begins on 29 March 2026 at 01:00 and ends on 25 October at 02:00.
        "FREQ=DAILY | 2026-03-28T09:00:00Z | 2026-03-29T09:00:00+01:00 2026-03-30T09:00:00+01:00",
        "FREQ=DAILY | 2026-10-24T09:00:00+01:00 | 2026-10-25T09:00:00Z 2026-10-26T09:00:00Z",
        // 01:30 is left out on that day, and comes as 02:30.
        "FREQ=DAILY | 2026-03-28T01:30:00Z | 2026-03-29T02:30:00+01:00 2026-03-30T01:30:00+01:00",
        // 01:30 comes twice: once is enough, and it is the first.
        "FREQ=DAILY | 2026-10-24T01:30:00+01:00 | 2026-10-25T01:30:00+01:00 2026-10-26T01:30:00Z",
        "FREQ=WEEKLY;BYDAY=MO | 2026-03-23T08:00:00Z | 2026-03-30T08:00:00+01:00"
            + " 2026-04-06T08:00:00+01:00",
        "FREQ=WEEKLY;BYDAY=MO,WE,FR | 2026-05-04T08:00:00+01:00 | 2026-05-06T08:00:00+01:00"
            + " 2026-05-08T08:00:00+01:00",
        "FREQ=MONTHLY;BYMONTHDAY=31 | 2026-01-31T10:00:00Z | 2026-03-31T10:00:00+01:00"
            + " 2026-05-31T10:00:00+01:00",
        "FREQ=MONTHLY;BYMONTHDAY=-1 | 2026-01-31T10:00:00Z | 2026-02-28T10:00:00Z"
            + " 2026-03-31T10:00:00+01:00",
        "FREQ=MONTHLY;BYDAY=-1FR | 2026-01-30T10:00:00Z | 2026-02-27T10:00:00Z"
            + " 2026-03-27T10:00:00Z",
        "FREQ=YEARLY | 2024-02-29T10:00:00Z | 2028-02-29T10:00:00Z 2032-02-29T10:00:00Z",
        "FREQ=DAILY;INTERVAL=3 | 2026-03-28T09:00:00Z | 2026-03-31T09:00:00+01:00"
            + " 2026-04-03T09:00:00+01:00",
        // Plainly counted hours are hours of elapsed time.
        "FREQ=HOURLY;INTERVAL=6 | 2026-03-28T21:00:00Z | 2026-03-29T03:00:00Z 2026-03-29T09:00:00Z",
        "FREQ=MINUTELY;INTERVAL=30 | 2026-10-25T00:15:00Z | 2026-10-25T00:45:00Z"
            + " 2026-10-25T01:15:00Z",
        // Chosen hours are hours of the day.
        "FREQ=HOURLY;BYHOUR=9,17 | 2026-03-28T09:00:00Z | 2026-03-28T17:00:00Z"
            + " 2026-03-29T09:00:00+01:00",
        "FREQ=DAILY;BYHOUR=9;BYMINUTE=0;BYSECOND=0 | 2026-03-28T09:00:00Z |"
            + " 2026-03-29T09:00:00+01:00",
        // A first time that the rule does not match is none of its occurrences.
        "FREQ=WEEKLY;BYDAY=MO | 2026-05-05T08:00:00+01:00 | 2026-05-11T08:00:00+01:00",
      })
  void theNextTimesAre(String rule, String start, String expected) {
    List<Instant> times =
        List.of(expected.split(" ")).stream()
            .map(time -> OffsetDateTime.parse(time).toInstant())
            .toList();
    assertEquals(times, following(rule, OffsetDateTime.parse(start).toInstant(), times.size()));
  }

  @Test
  void aCountIncludesTheFirstTime() {
    Instant start = Instant.parse("2026-03-01T09:00:00Z");
    assertEquals(2, following("FREQ=DAILY;COUNT=3", start, 10).size());
    assertEquals(0, following("FREQ=DAILY;COUNT=1", start, 10).size());
  }

  @Test
  void untilIncludesItsMomentAndADateItsWholeDay() {
    Instant start = Instant.parse("2026-06-01T08:00:00Z");
    assertEquals(2, following("FREQ=DAILY;UNTIL=20260603T080000Z", start, 10).size());
    assertEquals(1, following("FREQ=DAILY;UNTIL=20260603T075959Z", start, 10).size());
    assertEquals(2, following("FREQ=DAILY;UNTIL=20260603", start, 10).size());
    // Nine o'clock in Lisbon, without a zone.
    assertEquals(2, following("FREQ=DAILY;UNTIL=20260603T090000", start, 10).size());
    assertEquals(1, following("FREQ=DAILY;UNTIL=20260603T085959", start, 10).size());
  }

  @Test
  void longAfterTheStartItIsStillExactAndQuick() {
    RepeatRule rule = RepeatRule.parse("FREQ=DAILY");
    assertEquals(
        Optional.of(Instant.parse("2036-07-01T13:00:00Z")),
        rule.next(
            Instant.parse("2026-01-01T14:00:00Z"),
            NEW_YORK,
            Instant.parse("2036-06-30T13:00:00Z")));
    assertEquals(
        Optional.of(Instant.parse("2030-01-01T00:07:00Z")),
        RepeatRule.parse("FREQ=MINUTELY;INTERVAL=7")
            .next(
                Instant.parse("2029-12-31T23:53:00Z"),
                NEW_YORK,
                Instant.parse("2030-01-01T00:00:00Z")));
  }

  @Test
  void aRuleIsKeptInItsNormalForm() {
    assertEquals("FREQ=DAILY", RepeatRule.parse(" rrule:freq=daily ").text());
    assertEquals(
        "FREQ=DAILY;UNTIL=20260603T080000Z",
        RepeatRule.parse("FREQ=DAILY;UNTIL=20260603T080000Z").text());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "daily",
        "every day",
        "FREQ=SOMETIMES",
        "FREQ=DAILY;INTERVAL=0",
        "FREQ=DAILY;COUNT=0",
        "FREQ=DAILY;COUNT=2;UNTIL=20300101T000000Z",
        "FREQ=WEEKLY;BYDAY=XX",
        "FREQ=DAILY;NONSENSE=1",
        "FREQ=SECONDLY",
        "FREQ=MINUTELY;BYSECOND=0,30",
        "DTSTART:20260101T000000Z\nRRULE:FREQ=DAILY",
      })
  void whatIsNoRuleIsRefused(String rule) {
    assertThrows(IllegalArgumentException.class, () -> RepeatRule.parse(rule));
  }

  @Test
  void aRuleThatIsTooLongIsRefused() {
    String rule = "FREQ=DAILY;BYMINUTE=" + "1,".repeat(300) + "1";
    assertThrows(IllegalArgumentException.class, () -> RepeatRule.parse(rule));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=MINUTELY;BYMONTH=2;BYMONTHDAY=31",
      })
  void aRuleThatNeverComesIsFoundOut(String rule) {
    RepeatRule never = RepeatRule.parse(rule);
    Instant start = Instant.parse("2026-03-01T09:00:00Z");
    assertThrows(IllegalArgumentException.class, () -> never.next(start, LISBON, start));
  }

  @Test
  void whatComesAfterTheYear9999DoesNotCome() {
    Instant start = Instant.parse("2026-03-01T09:00:00Z");
    assertEquals(
        Optional.empty(), RepeatRule.parse("FREQ=YEARLY;INTERVAL=9000").next(start, LISBON, start));
  }

  private static List<Instant> following(String text, Instant start, int most) {
    RepeatRule rule = RepeatRule.parse(text);
    List<Instant> times = new ArrayList<>();
    Optional<Instant> next = rule.next(start, LISBON, start);
    while (next.isPresent() && times.size() < most) {
      times.add(next.get());
      next = rule.next(start, LISBON, next.get());
    }
    return times;
  }
}
