package dev.mordomo.gateway.http;

import dev.mordomo.gateway.Fields;
import dev.mordomo.identity.IdentityService;
import dev.mordomo.identity.Tokens;
import dev.mordomo.kernel.Failure;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Map;
import java.util.Optional;

/** Signing in by a provider of OpenID Connect, or as nobody in particular. */
final class OidcRoutes {
  private static final int LONGEST_NAME = 32;
  private static final int LONGEST_URL = 2048;
  private static final int LONGEST_TOKEN = 8192;

  private final IdentityService identity;
  private final HttpGateway.Services gateway;

  OidcRoutes(IdentityService identity, HttpGateway.Services gateway) {
    this.identity = identity;
    this.gateway = gateway;
  }

  /** What a sign-in page offers. */
  Answer offered(Exchange exchange) {
    return Answer.ok(
        Map.of(
            "providers", identity.oidc().providers(), "anonymous", identity.guests().areAllowed()));
  }

  Answer start(Exchange exchange) {
    Fields fields = exchange.fields();
    String provider = fields.text("provider", 1, LONGEST_NAME);
    String challenge = fields.text("code_challenge", 1, LONGEST_NAME * 4);
    String redirect = fields.text("redirect_uri", 1, LONGEST_URL);
    fields.verify();
    if (!isOurs(redirect, exchange.header("Host").orElse(""))) {
      throw Failure.invalid(
          "redirect_uri", "expected an address of this server or of gateway.cors_origins");
    }
    return Answer.ok(identity.oidc().start(provider, challenge, redirect));
  }

  private boolean isOurs(String redirect, String host) {
    try {
      URI uri = new URI(redirect);
      return uri.getHost() != null
          && uri.getFragment() == null
          && uri.getUserInfo() == null
          && gateway.config().mayCall(uri.getScheme() + "://" + uri.getRawAuthority(), host);
    } catch (URISyntaxException e) {
      return false;
    }
  }

  /** With the client's own ID token, or with the code of a flow that {@link #start} began. */
  Answer signIn(Exchange exchange) {
    Fields fields = exchange.fields();
    String provider = fields.text("provider", 1, LONGEST_NAME);
    Optional<String> idToken = fields.optionalText("id_token", 1, LONGEST_TOKEN);
    Optional<String> code = fields.optionalText("code", 1, LONGEST_URL);
    if (idToken.isPresent() == code.isPresent()) {
      fields.refuse("id_token", "expected either id_token or code, with state and code_verifier");
    }
    Optional<String> nonce = fields.optionalText("nonce", 1, LONGEST_URL);
    String state = code.isPresent() ? fields.text("state", 1, LONGEST_TOKEN) : "";
    String verifier = code.isPresent() ? fields.text("code_verifier", 1, LONGEST_URL) : "";
    fields.verify();
    String address = IdentityRoutes.address(exchange);
    String agent = IdentityRoutes.userAgent(exchange);
    Tokens tokens =
        code.isPresent()
            ? identity.oidc().finish(provider, code.get(), state, verifier, address, agent)
            : identity.oidc().signIn(provider, idToken.orElse(""), nonce, address, agent);
    return Answer.ok(tokens);
  }

  Answer anonymous(Exchange exchange) {
    String address = IdentityRoutes.address(exchange);
    if (identity.guests().areAllowed()) {
      gateway.limits().guest(address);
    }
    return Answer.ok(identity.guests().enter(address, IdentityRoutes.userAgent(exchange)));
  }

  Answer claim(Exchange exchange) {
    Fields fields = exchange.fields();
    String token = fields.text("refresh_token", 1, LONGEST_URL);
    fields.verify();
    int claimed =
        identity
            .guests()
            .claim(exchange.scope(), token, gateway.sockets().placeholders()::handedOver);
    return Answer.ok(Map.of("conversations", claimed));
  }
}
