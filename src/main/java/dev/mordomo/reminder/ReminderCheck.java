package dev.mordomo.reminder;

import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.Failure.FieldError;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Checks what a reminder is to be made of, and names everything that is wrong at once. */
final class ReminderCheck {
  private static final int TITLE = 300;
  private static final int DESCRIPTION = 4000;
  private static final Instant FARTHEST = Instant.parse("9999-12-31T00:00:00Z");

  private final Instant now;
  private final Duration tolerance;
  private final List<FieldError> errors = new ArrayList<>();

  ReminderCheck(Instant now, Duration tolerance) {
    this.now = now;
    this.tolerance = tolerance;
  }

  String title(String title) {
    String stripped = title.strip();
    if (stripped.isEmpty() || stripped.length() > TITLE || stripped.indexOf('\0') >= 0) {
      wrong("title", "expected 1 to " + TITLE + " characters");
    }
    return stripped;
  }

  String description(String description) {
    if (description.length() > DESCRIPTION || description.indexOf('\0') >= 0) {
      wrong("description", "expected at most " + DESCRIPTION + " characters");
    }
    return description;
  }

  Instant future(String field, Instant at) {
    if (at.isBefore(now.minus(tolerance))) {
      wrong(field, at + " is in the past; now is " + now);
    } else if (at.isAfter(FARTHEST)) {
      wrong(field, "expected a year of at most four digits");
    }
    return at;
  }

  ZoneId zone(String name) {
    if (ZoneId.getAvailableZoneIds().contains(name)) {
      return ZoneId.of(name);
    }
    wrong("time_zone", "expected an IANA time zone such as America/Sao_Paulo");
    return ZoneOffset.UTC;
  }

  /** The rule in its normal form. */
  Optional<String> rrule(Optional<String> given, Instant start, ZoneId zone) {
    try {
      Optional<RepeatRule> rule = given.map(RepeatRule::parse);
      // Evaluated once, so that one that never comes is found now and not when it is due.
      rule.ifPresent(r -> r.next(start, zone, start));
      return rule.map(RepeatRule::text);
    } catch (IllegalArgumentException e) {
      wrong("rrule", "expected a rule of RFC 5545 such as FREQ=WEEKLY;BYDAY=MO: " + e.getMessage());
      return Optional.empty();
    }
  }

  /**
   * @throws Failure {@code invalid} naming every wrong field
   */
  void verify() {
    if (!errors.isEmpty()) {
      throw Failure.invalid(errors);
    }
  }

  private void wrong(String field, String detail) {
    errors.add(new FieldError(field, detail));
  }
}
