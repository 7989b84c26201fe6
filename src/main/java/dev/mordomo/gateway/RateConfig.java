package dev.mordomo.gateway;

import dev.mordomo.kernel.Settings;
import java.util.function.IntSupplier;

/**
 * How often, within a minute; 0: as often as one likes. Each is asked for when it is needed, since
 * it may change.
 *
 * @param turns that a user may begin
 * @param userRequests over HTTP, and commands on sockets
 * @param keyRequests with one API key
 * @param tenantRequests of all users of a tenant together
 * @param logLines that a user may post for the log
 * @param guests that one address may make
 * @param addressRequests from one address, whoever sends them; of IPv6 from one network of 64 bits
 */
public record RateConfig(
    IntSupplier turns,
    IntSupplier userRequests,
    IntSupplier keyRequests,
    IntSupplier tenantRequests,
    IntSupplier logLines,
    IntSupplier guests,
    IntSupplier addressRequests) {
  private static final int MOST = 10_000_000;

  /** Where a limit comes from. */
  @FunctionalInterface
  public interface Source {
    /**
     * @param base what holds while nobody changes it
     */
    IntSupplier limit(String key, String description, int base, int most);
  }

  /** Those of the settings, which do not change. */
  public static RateConfig from(Settings settings) {
    return from(settings, (key, description, base, most) -> () -> base);
  }

  /** Those of the settings to begin with. */
  public static RateConfig from(Settings settings, Source source) {
    return new RateConfig(
        limit(
            settings,
            source,
            "limits.turns_per_minute",
            "How many turns a user may begin in a minute; 0 for as many as they like.",
            60),
        limit(
            settings,
            source,
            "limits.requests_per_minute",
            "How many requests and commands on sockets of a user are answered in a minute; 0 for"
                + " all.",
            60_000),
        limit(
            settings,
            source,
            "limits.key_requests_per_minute",
            "How many requests with one API key are answered in a minute; 0 for all.",
            60_000),
        limit(
            settings,
            source,
            "limits.tenant_requests_per_minute",
            "How many requests of all users of a tenant are answered in a minute; 0 for all.",
            600_000),
        limit(
            settings,
            source,
            "limits.log_lines_per_minute",
            "How many lines for the log a user may post in a minute; 0 for as many as they like.",
            600),
        guests(settings),
        limit(
            settings,
            source,
            "limits.address_requests_per_minute",
            "How many requests from one address are answered in a minute; 0 for all.",
            300_000));
  }

  private static IntSupplier guests(Settings settings) {
    int perMinute = settings.integer("identity.anonymous_per_minute", 10, 1, 1_000_000);
    return () -> perMinute;
  }

  private static IntSupplier limit(
      Settings settings, Source source, String key, String description, int base) {
    return source.limit(key, description, settings.integer(key, base, 0, MOST), MOST);
  }
}
