package dev.mordomo.job;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * <pre>
 * queued → running → done | failed | cancelled
 * running → queued     a retry, or its node died
 * queued → cancelled
 * </pre>
 */
public enum JobStatus {
  QUEUED,
  RUNNING,
  DONE,
  FAILED,
  CANCELLED;

  /** All of them, as on the wire. */
  public static final List<String> WORDS = Arrays.stream(values()).map(JobStatus::wire).toList();

  @JsonValue
  public String wire() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Of a word in {@link #WORDS}. */
  public static JobStatus of(String wire) {
    return valueOf(wire.toUpperCase(Locale.ROOT));
  }

  /** Whether nothing more will come of it. */
  public boolean isFinal() {
    return switch (this) {
      case QUEUED, RUNNING -> false;
      case DONE, FAILED, CANCELLED -> true;
    };
  }
}
