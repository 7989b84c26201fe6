package dev.mordomo.gateway.access;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mordomo.ApiClient;
import dev.mordomo.NodeScript;
import dev.mordomo.gateway.access.Caller.Got;
import dev.mordomo.kernel.Json;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Signing in by a real provider: the reference one for Node.js, over real redirects. */
class OidcProviderTest {
  private static final String REDIRECT = "http://localhost:8080/signed-in";
  private static NodeScript provider;
  private static String issuer;
  private static House house;

  @BeforeAll
  static void open() {
    provider = NodeScript.start("oidc.mjs", Map.of("REDIRECT_URI", REDIRECT));
    issuer = provider.await("issuer");
    house =
        new House(
            Map.of(
                "identity.oidc.providers",
                "campus=" + issuer,
                "identity.oidc.sign_up_tenant",
                House.TENANT,
                "outbound.allow",
                URI.create(issuer).getAuthority(),
                "gateway.cors_origins",
                "http://localhost:8080"),
            Map.of(
                "CAMPUS_CLIENT_ID", "mordomo", "CAMPUS_CLIENT_SECRET", "a secret of the client"));
  }

  @AfterAll
  static void close() {
    house.close();
    provider.close();
  }

  private static Got post(String path, Map<String, ?> body) {
    return Caller.send(
        HttpRequest.newBuilder(URI.create(house.app.url() + path))
            .header("Content-Type", "application/json")
            .header("X-Request-Id", "the-same")
            .POST(BodyPublishers.ofString(Json.write(body)))
            .build());
  }

  private static String verifier() {
    byte[] bytes = new byte[48];
    new SecureRandom().nextBytes(bytes);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  private static String challenge(String verifier) {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(verifier.getBytes(StandardCharsets.US_ASCII));
      return Base64.getUrlEncoder().withoutPadding().encodeToString(hash);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static JsonNode start(String verifier) {
    Got started =
        post(
            "/v1/auth/oidc/start",
            Map.of(
                "provider",
                "campus",
                "code_challenge",
                challenge(verifier),
                "redirect_uri",
                REDIRECT));
    assertEquals(200, started.status(), started.body());
    return started.json();
  }

  private static Map<String, String> back(String verifier, String name) {
    JsonNode started = start(verifier);
    try (ProviderBrowser browser = new ProviderBrowser()) {
      Map<String, String> back =
          browser.go(started.get("authorization_url").asText(), name, REDIRECT);
      assertEquals(started.get("state").asText(), back.get("state"));
      return back;
    }
  }

  private static Got finish(Map<String, String> back, String verifier) {
    return post(
        "/v1/auth/oidc",
        Map.of(
            "provider",
            "campus",
            "code",
            back.get("code"),
            "state",
            back.get("state"),
            "code_verifier",
            verifier));
  }

  private static Got codeFlow(String name) {
    String verifier = verifier();
    return finish(back(verifier, name), verifier);
  }

  private static JsonNode me(Got tokens) {
    assertEquals(200, tokens.status(), tokens.body());
    return ApiClient.of(house.app.url(), tokens.json().get("access_token").asText()).get("/v1/me");
  }

  @Test
  void itIsOffered() {
    JsonNode offered = ApiClient.of(house.app.url(), "").get("/v1/auth/offered");
    assertEquals("[\"campus\"]", offered.get("providers").toString());
  }

  @Test
  void whoIsNewBecomesAMemberAndIsTheSameNextTime() {
    JsonNode first = me(codeFlow("carla"));
    assertEquals("carla@example.org", first.get("email").asText());
    assertEquals("The real carla", first.get("name").asText());
    assertEquals("member", first.get("role").asText());
    assertEquals(House.TENANT, first.get("tenant_id").asText());
    assertEquals("https://pictures.example.org/carla.png", first.get("avatar").asText());
    assertEquals(first.get("id"), me(codeFlow("carla")).get("id"));
  }

  @Test
  void aVerifiedEmailLeadsToTheUserWhoHasIt() {
    Caller dora = house.person("dora", house.otherTenant, "admin");
    JsonNode me = me(codeFlow("dora"));
    assertEquals(dora.userId(), me.get("id").asText());
    assertEquals("admin", me.get("role").asText());
    assertEquals("dora", me.get("name").asText(), "as the administrator called her");
  }

  @Test
  void anUnverifiedEmailLeadsNowhere() {
    house.person("unsure", house.otherTenant, "admin");
    assertEquals(401, codeFlow("unsure").status());
    assertEquals(401, codeFlow("unknown").status());
  }

  @Test
  void whoIsSwitchedOffStaysOutAndIsAnsweredAsWhoIsNotKnown() {
    String id = me(codeFlow("elsa")).get("id").asText();
    house.superuser.api().patch("/v1/users/" + id, Map.of("is_active", false));
    Got off = codeFlow("elsa");
    assertEquals(401, off.status());
    assertEquals(codeFlow("unknown"), off);
  }

  @Test
  void aCodeIsGoodOnceAndOnlyWithItsVerifierAndState() {
    String verifier = verifier();
    Map<String, String> back = back(verifier, "fina");
    assertEquals(401, finish(back, verifier()).status(), "another verifier");
    Map<String, String> other = new LinkedHashMap<>(back);
    other.put("state", start(verifier()).get("state").asText());
    assertEquals(401, finish(other, verifier).status(), "the state of another flow");
    other.put("state", "x" + back.get("state"));
    assertEquals(401, finish(other, verifier).status(), "no state of ours");
    me(finish(back, verifier));
    assertEquals(401, finish(back, verifier).status(), "a second time");
  }

  @Test
  void nobodyIsSentToAnAddressThatIsNotOurs() {
    for (String elsewhere :
        new String[] {
          "https://evil.example.org/",
          "http://localhost:8080@evil.example.org/",
          "javascript:alert(1)",
          "/"
        }) {
      Got refused =
          post(
              "/v1/auth/oidc/start",
              Map.of(
                  "provider",
                  "campus",
                  "code_challenge",
                  challenge(verifier()),
                  "redirect_uri",
                  elsewhere));
      assertEquals(400, refused.status(), elsewhere);
    }
  }

  @Test
  void aClientSignsInWithTheIdTokenThatItGotByItself() {
    String nonce = "a nonce of the client's";
    String idToken = idToken("gina", nonce);
    assertEquals(401, withToken(idToken, Optional.empty()).status(), "the nonce is not said");
    assertEquals(401, withToken(idToken, Optional.of("another")).status());
    assertEquals(
        401,
        withToken(idToken.substring(0, idToken.length() - 4) + "AAAA", Optional.of(nonce))
            .status());
    assertEquals(
        "gina@example.org", me(withToken(idToken, Optional.of(nonce))).get("email").asText());
  }

  private static Got withToken(String idToken, Optional<String> nonce) {
    Map<String, String> body = new LinkedHashMap<>();
    body.put("provider", "campus");
    body.put("id_token", idToken);
    nonce.ifPresent(value -> body.put("nonce", value));
    return post("/v1/auth/oidc", body);
  }

  /** As a client of its own does it, beside the server. */
  private static String idToken(String name, String nonce) {
    String verifier = verifier();
    String url =
        issuer
            + "/auth?response_type=code&client_id=mordomo&scope=openid%20email%20profile&state=s"
            + "&code_challenge_method=S256&code_challenge="
            + challenge(verifier)
            + "&nonce="
            + encoded(nonce)
            + "&redirect_uri="
            + encoded(REDIRECT);
    try (ProviderBrowser browser = new ProviderBrowser()) {
      String code = browser.go(url, name, REDIRECT).get("code");
      String credentials =
          Base64.getEncoder()
              .encodeToString(
                  ("mordomo:" + encoded("a secret of the client"))
                      .getBytes(StandardCharsets.UTF_8));
      String body =
          browser
              .send(
                  HttpRequest.newBuilder(URI.create(issuer + "/token"))
                      .header("Content-Type", "application/x-www-form-urlencoded")
                      .header("Authorization", "Basic " + credentials)
                      .POST(
                          BodyPublishers.ofString(
                              "grant_type=authorization_code&code="
                                  + code
                                  + "&code_verifier="
                                  + verifier
                                  + "&redirect_uri="
                                  + encoded(REDIRECT)))
                      .build())
              .body();
      assertTrue(body.contains("id_token"), body);
      return Json.read(body).get("id_token").asText();
    }
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  @Test
  void anotherProviderThanTheConfiguredIsNotAsked() {
    Got refused = post("/v1/auth/oidc", Map.of("provider", "elsewhere", "id_token", "a.b.c"));
    assertEquals(400, refused.status());
    assertFalse(refused.body().contains(issuer));
  }
}
