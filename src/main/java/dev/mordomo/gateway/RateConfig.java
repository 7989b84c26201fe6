package dev.mordomo.gateway;

import dev.mordomo.kernel.Settings;

/**
 * How often, within a minute; 0: as often as one likes.
 *
 * @param turns that a user may begin
 * @param userRequests over HTTP
 * @param keyRequests with one API key
 * @param tenantRequests of all users of a tenant together
 * @param addressRequests from one address, whoever sends them; of IPv6 from one network of 64 bits
 */
public record RateConfig(
    int turns, int userRequests, int keyRequests, int tenantRequests, int addressRequests) {
  private static final int MOST = 10_000_000;

  public static RateConfig from(Settings settings) {
    return new RateConfig(
        settings.integer("limits.turns_per_minute", 60, 0, MOST),
        settings.integer("limits.requests_per_minute", 60_000, 0, MOST),
        settings.integer("limits.key_requests_per_minute", 60_000, 0, MOST),
        settings.integer("limits.tenant_requests_per_minute", 600_000, 0, MOST),
        settings.integer("limits.address_requests_per_minute", 300_000, 0, MOST));
  }
}
