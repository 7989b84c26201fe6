package dev.mordomo.gateway;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Function;

/**
 * How long a reminder is put off: {@code minutes} (10 when nothing is said), or {@code until} a
 * time.
 */
public record SnoozeFields(Duration pause, Optional<Instant> until) {
  private static final int DEFAULT_MINUTES = 10;
  private static final int MOST_MINUTES = 527_040;

  /**
   * @throws dev.mordomo.kernel.Failure {@code invalid} naming every wrong field
   */
  public static SnoozeFields read(Fields fields) {
    Optional<Integer> minutes = fields.integer("minutes", 1, MOST_MINUTES);
    Optional<Instant> until = fields.time("until");
    if (minutes.isPresent() && until.isPresent()) {
      fields.refuse("until", "expected minutes or until, not both");
    }
    fields.verify();
    return new SnoozeFields(Duration.ofMinutes(minutes.orElse(DEFAULT_MINUTES)), until);
  }

  /** Whichever was said. */
  public <T> T fold(Function<Duration, T> forSoLong, Function<Instant, T> untilThen) {
    return until.map(untilThen).orElseGet(() -> forSoLong.apply(pause));
  }
}
