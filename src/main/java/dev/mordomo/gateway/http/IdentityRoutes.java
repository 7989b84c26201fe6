package dev.mordomo.gateway.http;

import dev.mordomo.gateway.Fields;
import dev.mordomo.identity.ApiKey;
import dev.mordomo.identity.IdentityService;
import dev.mordomo.identity.KeyScope;
import dev.mordomo.identity.SignIn;
import dev.mordomo.identity.User;
import dev.mordomo.kernel.Database;
import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.FailureCode;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Signing in and out, oneself, and one's API keys. */
final class IdentityRoutes {
  private static final int LONGEST = 4096;
  private static final int LONGEST_NAME = 255;
  private static final int LONGEST_KEY_NAME = 120;

  private final IdentityService identity;

  IdentityRoutes(IdentityService identity) {
    this.identity = identity;
  }

  /** The keys that verify access tokens. */
  Answer keys(Exchange exchange) {
    return new Answer.Text(
        200,
        Map.of("Content-Type", "application/jwk-set+json", "Cache-Control", "public, max-age=300"),
        identity.jwks());
  }

  Answer signIn(Exchange exchange) {
    Fields fields = exchange.fields();
    String email = fields.text("email", 1, LONGEST);
    String password = fields.text("password", 1, LONGEST);
    fields.verify();
    return Answer.ok(
        identity.sessions().signIn(email, password, address(exchange), userAgent(exchange)));
  }

  Answer refresh(Exchange exchange) {
    Fields fields = exchange.fields();
    String token = fields.text("refresh_token", 1, LONGEST);
    fields.verify();
    return Answer.ok(identity.sessions().refresh(token, address(exchange)));
  }

  /** Ends the session of the refresh token in the body, or else of the bearer; or all of them. */
  Answer signOut(Exchange exchange) {
    Fields fields = exchange.fields();
    Optional<String> token = fields.optionalText("refresh_token", 1, LONGEST);
    boolean everywhere = fields.flag("everywhere", false);
    fields.verify();
    if (token.isPresent() && everywhere) {
      identity.sessions().signOutEverywhere(token.get());
    } else if (token.isPresent()) {
      identity.sessions().signOut(token.get());
    } else {
      String bearer =
          RouteRunner.bearer(exchange.request())
              .orElseThrow(() -> Failure.invalid("refresh_token", "required without a bearer"));
      var principal = Database.await(identity.authenticate(bearer));
      if (everywhere) {
        identity.sessions().signOutEverywhere(principal.scope());
      } else {
        identity.sessions().signOut(principal);
      }
    }
    return Answer.done();
  }

  Answer me(Exchange exchange) {
    return Answer.ok(identity.users().me(exchange.scope()));
  }

  Answer changeMe(Exchange exchange) {
    Fields fields = exchange.fields();
    User.Profile profile =
        new User.Profile(
            fields.optionalText("name", 1, LONGEST_NAME),
            fields.optionalText("locale", 1, LONGEST_NAME),
            fields.optionalText("time_zone", 1, LONGEST_NAME),
            fields.clearableText("avatar", LONGEST));
    Optional<String> password = fields.optionalText("password", 1, LONGEST);
    Optional<String> current = fields.optionalText("current_password", 1, LONGEST);
    if (password.isPresent() && current.isEmpty()) {
      fields.refuse("current_password", "required with password");
    }
    fields.verify();
    password.ifPresent(
        p -> identity.users().changePassword(exchange.scope(), current.orElse(""), p));
    return Answer.ok(identity.users().changeProfile(exchange.scope(), profile));
  }

  Answer apiKeys(Exchange exchange) {
    Page page = Page.of(exchange.query());
    return page.answer(
        identity.apiKeys().list(exchange.scope(), page.after(), page.oneMore()), ApiKey::id);
  }

  Answer createApiKey(Exchange exchange) {
    Fields fields = exchange.fields();
    String name = fields.text("name", 1, LONGEST_KEY_NAME);
    Optional<Instant> expiresAt = fields.time("expires_at");
    Optional<List<KeyScope>> scopes =
        fields.choices("scopes", KeyScope.wires()).map(IdentityRoutes::scopes);
    fields.verify();
    Set<KeyScope> own = exchange.principal().uses();
    if (!own.containsAll(scopes.map(Set::copyOf).orElse(KeyScope.ALL))) {
      throw Failure.of(FailureCode.FORBIDDEN, "an API key makes none that may do more than itself");
    }
    return Answer.created(identity.apiKeys().create(exchange.scope(), name, scopes, expiresAt));
  }

  private static List<KeyScope> scopes(List<String> wires) {
    return wires.stream().map(KeyScope::of).toList();
  }

  /** One's sign-ins that go on. */
  Answer sessions(Exchange exchange) {
    Page page = Page.of(exchange.query());
    return page.answer(
        identity.sessions().list(exchange.principal(), page.after(), page.oneMore()), SignIn::id);
  }

  Answer endSession(Exchange exchange) {
    identity.sessions().end(exchange.scope(), exchange.id("id", "the session"));
    return Answer.done();
  }

  Answer revokeApiKey(Exchange exchange) {
    identity.apiKeys().revoke(exchange.scope(), exchange.id("id", "the API key"));
    return Answer.done();
  }

  static String userAgent(Exchange exchange) {
    return exchange.header("User-Agent").orElse("");
  }

  static String address(Exchange exchange) {
    return exchange
        .address()
        .orElseThrow(() -> Failure.of(FailureCode.MALFORMED, "the request has no address"));
  }
}
