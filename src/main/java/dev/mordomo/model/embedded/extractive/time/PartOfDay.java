package dev.mordomo.model.embedded.extractive.time;

import java.time.LocalTime;

/** A part of the day: the hour that stands for it, when it ends, and how it bends a clock time. */
enum PartOfDay {
  DAWN(5, 6),
  MORNING(9, 12),
  NOON(12, 14),
  AFTERNOON(15, 18),
  EVENING(18, 20),
  NIGHT(20, 24),
  AM(9, 12),
  PM(15, 24);

  private final int hour;
  private final int end;

  PartOfDay(int hour, int end) {
    this.hour = hour;
    this.end = end;
  }

  LocalTime usual() {
    return LocalTime.of(hour, 0);
  }

  /** The hour after the last of this part, to 24. */
  int end() {
    return end;
  }

  /** An hour of the twelve-hour clock, within this part: 9 at night is 21, 12 at night is 24. */
  int hourOfDay(int spoken) {
    if (spoken > 12 || spoken == 0) {
      return spoken;
    }
    return switch (this) {
      case DAWN, AM -> spoken == 12 ? 0 : spoken;
      case MORNING -> spoken;
      case NOON, AFTERNOON, PM -> spoken == 12 ? 12 : spoken + 12;
      case EVENING -> spoken == 12 ? 24 : spoken + 12;
      case NIGHT -> spoken == 12 ? 24 : spoken < 5 ? spoken + 24 : spoken + 12;
    };
  }
}
