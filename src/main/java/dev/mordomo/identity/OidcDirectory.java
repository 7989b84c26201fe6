package dev.mordomo.identity;

import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.FailureCode;
import dev.mordomo.kernel.Outbound;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What providers publish of themselves (OpenID Connect Discovery 1.0), kept for an hour. Their keys
 * are read again when a token names one that is not known, at most every half minute.
 */
final class OidcDirectory {
  private static final Logger LOG = LoggerFactory.getLogger(OidcDirectory.class);
  private static final Duration KEPT = Duration.ofHours(1);
  private static final Duration ASKED_AGAIN = Duration.ofSeconds(30);
  private static final String WELL_KNOWN = "/.well-known/openid-configuration";

  private record Known(JsonObject document, List<JsonObject> keys, Instant at) {}

  private final Outbound outbound;
  private final InstantSource clock;
  private final Map<String, Known> known = new ConcurrentHashMap<>();

  OidcDirectory(Outbound outbound, InstantSource clock) {
    this.outbound = outbound;
    this.clock = clock;
  }

  /**
   * A member of its document that is a URL, to be called or to send a browser to.
   *
   * @throws Failure {@code unavailable} when there is none, or one that is neither https nor of a
   *     host in {@code outbound.allow}
   */
  String endpoint(OidcConfig.Provider provider, String name) {
    String url = text(known(provider).document(), name);
    try {
      outbound.checkForOthers(name, url);
    } catch (Failure e) {
      LOG.warn("the provider {} publishes as its {}: '{}'", provider.name(), name, url);
      throw Failure.of(
          FailureCode.UNAVAILABLE,
          "the provider " + provider.name() + " publishes no https URL as its " + name,
          e);
    }
    return url;
  }

  private static String text(JsonObject document, String name) {
    return document.getValue(name) instanceof String text ? text : "";
  }

  /** Whether its token endpoint takes a client's secret in the body alone. */
  boolean wantsSecretInBody(OidcConfig.Provider provider) {
    JsonArray methods =
        known(provider).document().getJsonArray("token_endpoint_auth_methods_supported");
    return methods != null && !methods.contains("client_secret_basic");
  }

  /**
   * @param kid which one is looked for
   */
  List<JsonObject> keys(OidcConfig.Provider provider, Optional<String> kid) {
    Known found = known(provider);
    boolean there =
        kid.isEmpty()
            || found.keys().stream().anyMatch(key -> kid.get().equals(key.getString("kid")));
    if (there || clock.instant().isBefore(found.at().plus(ASKED_AGAIN))) {
      return found.keys();
    }
    return read(provider).keys();
  }

  private Known known(OidcConfig.Provider provider) {
    Known found = known.get(provider.name());
    return found != null && clock.instant().isBefore(found.at().plus(KEPT))
        ? found
        : read(provider);
  }

  private Known read(OidcConfig.Provider provider) {
    JsonObject document = fetch(provider.issuer().replaceAll("/$", "") + WELL_KNOWN);
    if (!provider.issuer().equals(text(document, "issuer"))) {
      throw Failure.of(
          FailureCode.UNAVAILABLE, "the provider " + provider.name() + " is not who it should be");
    }
    JsonArray keys = fetch(text(document, "jwks_uri")).getJsonArray("keys");
    List<JsonObject> objects =
        keys == null
            ? List.of()
            : keys.stream()
                .filter(JsonObject.class::isInstance)
                .map(JsonObject.class::cast)
                .toList();
    Known read = new Known(document, objects, clock.instant());
    known.put(provider.name(), read);
    return read;
  }

  private JsonObject fetch(String url) {
    Outbound.Reply reply =
        outbound.get("the identity provider", url, Map.of("Accept", "application/json"));
    try {
      if (reply.status() == 200) {
        return new JsonObject(reply.body());
      }
    } catch (DecodeException e) {
      // Told below.
    }
    throw Failure.of(
        FailureCode.UNAVAILABLE, "the identity provider answers " + reply.status() + "; try again");
  }
}
