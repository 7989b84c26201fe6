package dev.mordomo.identity;

import com.fasterxml.jackson.annotation.JsonValue;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * An organisation whose users and data are apart from everybody else's.
 *
 * @param tokenQuota model tokens that it may spend in a period
 * @param tokensConsumed model tokens that it has spent in the running period, prompts and
 *     completions
 * @param quotaResetsAt when that period ends and the next begins; empty: never
 * @param nextBillingDate when it is billed next, for whoever bills it; empty: not at all, or not
 *     known
 */
public record Tenant(
    UUID id,
    String name,
    Plan plan,
    Status status,
    long tokenQuota,
    long tokensConsumed,
    Optional<Instant> quotaResetsAt,
    Optional<LocalDate> nextBillingDate,
    Instant createdAt) {

  /** What it has booked. */
  public enum Plan {
    STARTER,
    PRO,
    SCALE,
    ENTERPRISE;

    /** The name on the wire and in the table. */
    @JsonValue
    public String wire() {
      return name().toLowerCase(Locale.ROOT);
    }

    /** Every name on the wire. */
    public static List<String> wires() {
      return Stream.of(values()).map(Plan::wire).toList();
    }

    /**
     * @throws IllegalArgumentException when it is none of {@link #wires()}
     */
    public static Plan of(String wire) {
      return valueOf(wire.toUpperCase(Locale.ROOT));
    }
  }

  /** Whether its users may sign in: all but suspended. */
  public enum Status {
    ACTIVE,
    SUSPENDED,
    TRIAL;

    /** The name on the wire and in the table. */
    @JsonValue
    public String wire() {
      return name().toLowerCase(Locale.ROOT);
    }

    /** Every name on the wire. */
    public static List<String> wires() {
      return Stream.of(values()).map(Status::wire).toList();
    }

    /**
     * @throws IllegalArgumentException when it is none of {@link #wires()}
     */
    public static Status of(String wire) {
      return valueOf(wire.toUpperCase(Locale.ROOT));
    }
  }

  /** A tenant to be made. */
  public record Draft(
      String name, Plan plan, Status status, long tokenQuota, Optional<LocalDate> nextBillingDate) {
    /** Of one that nobody bills yet. */
    public Draft(String name, Plan plan, Status status, long tokenQuota) {
      this(name, plan, status, tokenQuota, Optional.empty());
    }
  }

  /**
   * What the superuser changes; what is empty stays.
   *
   * @param quotaResetsAt when the running period ends; each further one is a month long. Empty
   *     within: never
   * @param nextBillingDate empty within: none
   */
  public record Change(
      Optional<String> name,
      Optional<Plan> plan,
      Optional<Status> status,
      Optional<Long> tokenQuota,
      Optional<Optional<Instant>> quotaResetsAt,
      Optional<Optional<LocalDate>> nextBillingDate) {}

  /** What was spent in the running period, and when that ends. */
  record Consumed(long tokens, Optional<Instant> resetsAt) {}

  Tenant with(Consumed now) {
    return new Tenant(
        id, name, plan, status, tokenQuota, now.tokens, now.resetsAt, nextBillingDate, createdAt);
  }
}
