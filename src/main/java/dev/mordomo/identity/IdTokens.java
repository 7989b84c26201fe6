package dev.mordomo.identity;

import dev.mordomo.kernel.Database;
import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.FailureCode;
import io.vertx.core.Vertx;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.auth.JWTOptions;
import io.vertx.ext.auth.authentication.TokenCredentials;
import io.vertx.ext.auth.jwt.JWTAuth;
import io.vertx.ext.auth.jwt.JWTAuthOptions;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Checks ID tokens (OpenID Connect Core 1.0, 3.1.3.7): signed by a key of the issuer with RS256 or
 * ES256, by whom, for whom, until when, and with the nonce that was asked for.
 */
final class IdTokens {
  private static final Duration LEEWAY = Duration.ofSeconds(60);
  private static final int LONGEST = 8192;
  private static final int LONGEST_SUBJECT = 255;
  private static final Pattern FORM = Pattern.compile("[\\w-]+\\.[\\w-]+\\.[\\w-]+");
  private static final Map<String, String> KEY_TYPES = Map.of("RS256", "RSA", "ES256", "EC");

  private final Vertx vertx;
  private final OidcDirectory directory;
  private final InstantSource clock;

  IdTokens(Vertx vertx, OidcDirectory directory, InstantSource clock) {
    this.vertx = vertx;
    this.directory = directory;
    this.clock = clock;
  }

  /**
   * @param nonce what was asked for; empty only when the token names none either
   * @throws Failure {@code unauthenticated} for a token that is not good, {@code unavailable} when
   *     the provider's keys cannot be had
   */
  OidcClaims check(OidcConfig.Provider provider, String token, Optional<String> nonce) {
    if (token.length() > LONGEST || !FORM.matcher(token).matches()) {
      throw refused();
    }
    JsonObject header = header(token);
    String algorithm = header.getValue("alg") instanceof String alg ? alg : "";
    String type = KEY_TYPES.get(algorithm);
    if (type == null || header.containsKey("crit")) {
      throw refused();
    }
    Optional<String> kid =
        header.getValue("kid") instanceof String id ? Optional.of(id) : Optional.empty();
    List<JsonObject> keys =
        directory.keys(provider, kid).stream()
            .filter(key -> type.equals(key.getString("kty")))
            .filter(key -> !"enc".equals(key.getString("use")))
            .filter(key -> algorithm.equals(key.getString("alg", algorithm)))
            .filter(key -> kid.isEmpty() || kid.get().equals(key.getString("kid")))
            .toList();
    JsonObject claims =
        keys.stream()
            .flatMap(key -> verified(key, algorithm, token).stream())
            .findFirst()
            .orElseThrow(IdTokens::refused);
    try {
      return checked(provider, claims, nonce);
    } catch (ClassCastException | ArithmeticException | java.time.DateTimeException e) {
      throw refused();
    }
  }

  private static JsonObject header(String token) {
    try {
      byte[] bytes = Base64.getUrlDecoder().decode(token.substring(0, token.indexOf('.')));
      return new JsonObject(new String(bytes, StandardCharsets.UTF_8));
    } catch (IllegalArgumentException | DecodeException e) {
      throw refused();
    }
  }

  private Optional<JsonObject> verified(JsonObject key, String algorithm, String token) {
    JsonObject open = key.copy().put("alg", algorithm);
    List.of("d", "p", "q", "dp", "dq", "qi", "x5c", "x5t", "x5u").forEach(open::remove);
    try {
      JWTAuth auth =
          JWTAuth.create(
              vertx,
              new JWTAuthOptions()
                  .addJwk(open)
                  .setJWTOptions(new JWTOptions().setIgnoreExpiration(true)));
      return Optional.of(
          Database.await(auth.authenticate(new TokenCredentials(token)))
              .attributes()
              .getJsonObject("accessToken"));
    } catch (RuntimeException e) {
      // Not by this key, or no key that can be read.
      return Optional.empty();
    }
  }

  private OidcClaims checked(
      OidcConfig.Provider provider, JsonObject claims, Optional<String> nonce) {
    Instant now = clock.instant();
    Optional<String> issuer = text(claims, "iss");
    boolean by =
        issuer.equals(Optional.of(provider.issuer()))
            // As Google's tokens say it, too.
            || (provider.issuer().equals(OidcConfig.GOOGLE)
                && issuer.equals(Optional.of("accounts.google.com")));
    boolean forUs = isFor(provider.clientId(), claims);
    boolean timely =
        claims.containsKey("exp")
            && claims.containsKey("iat")
            && now.isBefore(time(claims, "exp").plus(LEEWAY))
            && !time(claims, "iat").isAfter(now.plus(LEEWAY))
            && (!claims.containsKey("nbf") || !time(claims, "nbf").isAfter(now.plus(LEEWAY)));
    String subject = text(claims, "sub").orElse("");
    boolean named =
        !subject.isBlank() && subject.length() <= LONGEST_SUBJECT && subject.indexOf('\0') < 0;
    boolean asked = same(nonce, text(claims, "nonce"));
    if (!by || !forUs || !timely || !named || !asked) {
      throw refused();
    }
    boolean verified = "true".equals(String.valueOf(claims.getValue("email_verified")));
    return new OidcClaims(
        provider.issuer(),
        subject,
        text(claims, "email").filter(email -> verified),
        text(claims, "name"),
        text(claims, "picture"));
  }

  private static boolean isFor(String client, JsonObject claims) {
    Object audience = claims.getValue("aud");
    Object party = claims.getValue("azp");
    if (party != null && !party.equals(client)) {
      return false;
    }
    return audience instanceof JsonArray several
        ? several.contains(client) && (several.size() == 1 || party != null)
        : client.equals(audience);
  }

  /** A member that is a string, and nothing that could be read as one. */
  private static Optional<String> text(JsonObject claims, String name) {
    return claims.getValue(name) instanceof String text ? Optional.of(text) : Optional.empty();
  }

  private static Instant time(JsonObject claims, String name) {
    return Instant.ofEpochSecond(claims.getLong(name));
  }

  private static boolean same(Optional<String> wanted, Optional<String> found) {
    return wanted.isPresent() == found.isPresent()
        && MessageDigest.isEqual(bytes(wanted), bytes(found));
  }

  private static byte[] bytes(Optional<String> text) {
    return text.orElse("").getBytes(StandardCharsets.UTF_8);
  }

  static Failure refused() {
    return Failure.of(FailureCode.UNAUTHENTICATED, "the provider's token is not valid; sign in");
  }
}
