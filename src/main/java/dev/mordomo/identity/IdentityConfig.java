package dev.mordomo.identity;

import dev.mordomo.kernel.Settings;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;

/**
 * @param accessTokenTtl how long a JWT holds
 * @param refreshTokenTtl how long a sign-in lasts without being used
 * @param statusCheck how long a switched-off user, tenant, session or key may still pass, at most 5
 *     seconds
 * @param hashingThreads how many passwords are hashed at once; each takes {@code argon2MemoryKib}
 * @param argon2MemoryKib memory of one hash
 * @param argon2Iterations passes over that memory
 * @param accountFailures failed sign-ins of one account before it is slowed
 * @param addressFailures failed sign-ins from one address before it is slowed; more, since many
 *     people may share one
 * @param failureWindow after which a failure is forgotten, and the longest delay
 * @param signingKeyRotation how old the newest key of access tokens grows before another is made
 * @param anonymousTenant where whoever has no account may talk; empty: nowhere
 * @param oidc signing in by OpenID Connect
 * @param demoTokenQuota tokens of the tenant that a first start makes
 */
public record IdentityConfig(
    Duration accessTokenTtl,
    Duration refreshTokenTtl,
    Duration statusCheck,
    int hashingThreads,
    int argon2MemoryKib,
    int argon2Iterations,
    int accountFailures,
    int addressFailures,
    Duration failureWindow,
    Duration signingKeyRotation,
    Optional<UUID> anonymousTenant,
    OidcConfig oidc,
    long demoTokenQuota) {
  private static final Duration SHORTEST_ROTATION = Duration.ofHours(1);
  private static final Duration LONGEST_STATUS_CHECK = Duration.ofSeconds(5);

  public static IdentityConfig from(Settings settings) {
    Duration check = settings.duration("identity.status_check", LONGEST_STATUS_CHECK);
    if (check.compareTo(LONGEST_STATUS_CHECK) > 0) {
      check =
          settings.wrong(
              "identity.status_check", check.toString(), "at most 5s", LONGEST_STATUS_CHECK);
    }
    return new IdentityConfig(
        positive(settings, "identity.access_token_ttl", Duration.ofMinutes(15)),
        positive(settings, "identity.refresh_token_ttl", Duration.ofDays(30)),
        check,
        settings.integer("identity.hashing_threads", 1, 1, 64),
        settings.integer("identity.argon2_memory_kib", 19_456, 7_168, 1_048_576),
        settings.integer("identity.argon2_iterations", 2, 1, 20),
        settings.integer("identity.account_failures", 5, 1, 1_000_000),
        settings.integer("identity.address_failures", 20, 1, 1_000_000),
        positive(settings, "identity.failure_window", Duration.ofMinutes(15)),
        rotation(settings),
        tenant(settings, "identity.anonymous_tenant"),
        OidcConfig.from(settings),
        settings.longInteger("identity.demo_token_quota", 1_000_000_000L, 0, Long.MAX_VALUE));
  }

  static Optional<UUID> tenant(Settings settings, String key) {
    Optional<String> text = settings.text(key);
    try {
      return text.map(UUID::fromString);
    } catch (IllegalArgumentException e) {
      return settings.wrong(key, text.orElse(""), "the id of a tenant", Optional.empty());
    }
  }

  private static Duration rotation(Settings settings) {
    Duration otherwise = Duration.ofDays(90);
    Duration value = settings.duration("identity.signing_key_rotation", otherwise);
    return value.compareTo(SHORTEST_ROTATION) >= 0
        ? value
        : settings.wrong(
            "identity.signing_key_rotation", value.toString(), "at least 1h", otherwise);
  }

  private static Duration positive(Settings settings, String key, Duration otherwise) {
    Duration value = settings.duration(key, otherwise);
    return value.toSeconds() >= 1
        ? value
        : settings.wrong(key, value.toString(), "at least 1s", otherwise);
  }
}
