package dev.mordomo.ops.log;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.List;
import java.util.stream.Stream;

/** How grave a line is, from least to most. */
public enum LogLevel {
  DEBUG(1),
  INFO(2),
  WARN(3),
  ERROR(4);

  private final short number;

  LogLevel(int number) {
    this.number = (short) number;
  }

  /** The name on the wire. */
  @JsonValue
  public String wire() {
    return name();
  }

  /** Every name on the wire. */
  public static List<String> wires() {
    return Stream.of(values()).map(LogLevel::wire).toList();
  }

  /** 1 to 4, as the table has it. */
  short number() {
    return number;
  }

  static LogLevel ofNumber(int number) {
    return Stream.of(values()).filter(level -> level.number == number).findFirst().orElseThrow();
  }
}
