package dev.mordomo.identity;

import dev.mordomo.kernel.Settings;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * Signing in by OpenID Connect.
 *
 * @param providers whose word on who somebody is is taken
 * @param signUpTenant where somebody gets a user whose e-mail is nobody's yet; empty: nowhere
 * @param linkByEmail whether a verified e-mail leads to the user who has it
 */
public record OidcConfig(
    List<Provider> providers, Optional<UUID> signUpTenant, boolean linkByEmail) {
  static final String GOOGLE = "https://accounts.google.com";
  private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9-]{0,31}");

  /**
   * @param issuer as it stands in its tokens
   * @param clientId whom its tokens are for
   * @param clientSecret empty for a public client
   */
  public record Provider(
      String name, String issuer, String clientId, Optional<String> clientSecret) {
    @Override
    public String toString() {
      return "Provider[" + name + ", " + issuer + "]";
    }
  }

  public OidcConfig {
    providers = List.copyOf(providers);
  }

  static OidcConfig from(Settings settings) {
    List<Provider> providers = new ArrayList<>();
    settings
        .text("identity.oidc.google_client_id")
        .ifPresent(id ->
            providers.add(
                new Provider("google", GOOGLE, id, settings.variable("GOOGLE_CLIENT_SECRET"))));
    for (String entry : settings.list("identity.oidc.providers")) {
      provider(settings, entry).ifPresent(providers::add);
    }
    return new OidcConfig(
        providers,
        IdentityConfig.tenant(settings, "identity.oidc.sign_up_tenant"),
        settings.flag("identity.oidc.link_by_email", true));
  }

  private static Optional<Provider> provider(Settings settings, String entry) {
    String[] parts = entry.split("=", 2);
    if (parts.length < 2 || !NAME.matcher(parts[0]).matches() || !parts[1].startsWith("http")) {
      settings.wrong("identity.oidc.providers", entry, "name=https://issuer", entry);
      return Optional.empty();
    }
    String prefix = parts[0].toUpperCase(Locale.ROOT).replace('-', '_');
    Optional<String> id = settings.variable(prefix + "_CLIENT_ID");
    if (id.isEmpty()) {
      settings.wrong(
          "identity.oidc.providers", entry, "its client's id in " + prefix + "_CLIENT_ID", entry);
    }
    return id.map(client ->
        new Provider(parts[0], parts[1], client, settings.variable(prefix + "_CLIENT_SECRET")));
  }

  Optional<Provider> named(String name) {
    return providers.stream().filter(p -> p.name().equals(name)).findFirst();
  }
}
