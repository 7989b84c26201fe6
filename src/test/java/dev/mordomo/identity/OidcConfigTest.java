package dev.mordomo.identity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.Settings;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Whose word is taken on who somebody is, by the settings. */
class OidcConfigTest {
  private static OidcConfig of(Map<String, String> settings, Map<String, String> variables) {
    Settings read = Settings.of(settings, variables);
    OidcConfig config = OidcConfig.from(read);
    read.verify();
    return config;
  }

  @Test
  void aClientsIdIsAllThatGoogleNeeds() {
    assertEquals(List.of(), of(Map.of(), Map.of("GOOGLE_CLIENT_ID", "1234")).providers());
    Map<String, String> settings = Map.of("identity.oidc.google_client_id", "1234.apps");
    OidcConfig config = of(settings, Map.of("GOOGLE_CLIENT_SECRET", "hidden"));
    OidcConfig.Provider google = config.named("google").orElseThrow();
    assertEquals(
        new OidcConfig.Provider(
            "google", "https://accounts.google.com", "1234.apps", Optional.of("hidden")),
        google);
    assertFalse(google.toString().contains("hidden"), google.toString());
    assertTrue(config.linkByEmail());
    assertEquals(Optional.empty(), config.signUpTenant());
    assertEquals(
        Optional.empty(),
        of(settings, Map.of()).named("google").orElseThrow().clientSecret(),
        "a public client");
  }

  @Test
  void othersAreNamedWithTheirIssuer() {
    OidcConfig config =
        of(
            Map.of("identity.oidc.providers", "campus-2=https://id.example.org/realm"),
            Map.of("CAMPUS_2_CLIENT_ID", "us"));
    assertEquals(
        List.of(
            new OidcConfig.Provider(
                "campus-2", "https://id.example.org/realm", "us", Optional.empty())),
        config.providers());
    for (String wrong : List.of("campus", "Campus=https://x", "campus=id.example.org")) {
      assertThrows(
          Failure.class,
          () -> of(Map.of("identity.oidc.providers", wrong), Map.of("CAMPUS_CLIENT_ID", "us")),
          wrong);
    }
    assertThrows(
        Failure.class,
        () -> of(Map.of("identity.oidc.providers", "campus=https://id.example.org"), Map.of()),
        "without the client's id");
  }
}
