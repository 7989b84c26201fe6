package dev.mordomo.identity;

import com.fasterxml.jackson.annotation.JsonValue;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * What model calls came to.
 *
 * @param from inclusive
 * @param to exclusive
 * @param rows by key and kind
 */
public record UsageReport(Instant from, Instant to, By by, List<Row> rows, Totals totals) {
  public UsageReport {
    rows = List.copyOf(rows);
  }

  /** What a row stands for: a day (UTC), a user's id, a model's name, the kind of call alone. */
  public enum By {
    DAY,
    USER,
    MODEL,
    KIND;

    /** The name on the wire. */
    @JsonValue
    public String wire() {
      return name().toLowerCase(Locale.ROOT);
    }

    /** Every name on the wire. */
    public static List<String> wires() {
      return Stream.of(values()).map(By::wire).toList();
    }

    /**
     * @throws IllegalArgumentException when it is none of {@link #wires()}
     */
    public static By of(String wire) {
      return valueOf(wire.toUpperCase(Locale.ROOT));
    }
  }

  /**
   * @param key a day such as {@code 2026-01-31}, an id (empty: nobody's), a model's name, or a kind
   * @param kind {@code chat}, {@code embedding} or {@code rerank}
   * @param cost in the currency of the price table
   */
  public record Row(
      String key,
      String kind,
      long promptTokens,
      long completionTokens,
      long calls,
      BigDecimal cost) {}

  /** The sums of all rows. */
  public record Totals(long promptTokens, long completionTokens, long calls, BigDecimal cost) {}

  static UsageReport of(Instant from, Instant to, By by, List<Row> rows) {
    Totals totals =
        new Totals(
            rows.stream().mapToLong(Row::promptTokens).sum(),
            rows.stream().mapToLong(Row::completionTokens).sum(),
            rows.stream().mapToLong(Row::calls).sum(),
            rows.stream().map(Row::cost).reduce(BigDecimal.ZERO, BigDecimal::add));
    return new UsageReport(from, to, by, rows, totals);
  }
}
