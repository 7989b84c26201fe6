package dev.mordomo.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import dev.mordomo.ApiClient;
import dev.mordomo.FreePort;
import dev.mordomo.NodeScript;
import dev.mordomo.RunningApp;
import dev.mordomo.kernel.TestDatabase;
import java.net.URI;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A person signs in at a real provider, in a browser, with the code flow and PKCE. */
class ProviderSignInTest {
  private static NodeScript provider;
  private static RunningApp app;
  private static Browsers browsers;

  @BeforeAll
  static void open() {
    int port = FreePort.any();
    provider =
        NodeScript.start("oidc.mjs", Map.of("REDIRECT_URI", "http://127.0.0.1:" + port + "/"));
    String issuer = provider.await("issuer");
    app =
        new RunningApp(
            TestDatabase.create(),
            Map.of(
                "gateway.port",
                String.valueOf(port),
                "knowledge.manual",
                "false",
                "identity.oidc.providers",
                "campus=" + issuer,
                "outbound.allow",
                URI.create(issuer).getAuthority()),
            Map.of(
                "CAMPUS_CLIENT_ID", "mordomo", "CAMPUS_CLIENT_SECRET", "a secret of the client"));
    ApiClient.signIn(app.url())
        .post("/v1/users", Map.of("email", "carla@example.org", "name", "Carla"));
    browsers = new Browsers();
  }

  @AfterAll
  static void close() {
    browsers.close();
    app.close();
    provider.close();
  }

  private static void signInAs(Page page, Demo demo, String name) {
    demo.open();
    demo.at("sign-in-provider", "data-provider", "campus").click();
    page.locator("input[name=login]").fill(name);
    page.locator("input[name=password]").fill("x");
    page.locator("button[type=submit]").click();
    page.locator("input[name=prompt][value=consent]").waitFor(Demo.attached());
    page.locator("button[type=submit]").click();
  }

  @Test
  void thereAndBackAgain() {
    try (BrowserContext context = browsers.browser().newContext()) {
      Page page = context.newPage();
      Demo demo = new Demo(page, app.url());
      signInAs(page, demo, "carla");
      demo.at("connection-state", "data-state", "connected").waitFor(Demo.attached());
      assertFalse(page.url().contains("code="), "the code is not kept in the address");
      demo.ask("Bom dia");
      page.reload();
      demo.at("connection-state", "data-state", "connected").waitFor(Demo.attached());
    }
  }

  @Test
  void whoHasNoAccountHereIsToldSo() {
    try (BrowserContext context = browsers.browser().newContext()) {
      Page page = context.newPage();
      Demo demo = new Demo(page, app.url());
      signInAs(page, demo, "stranger");
      assertThat(page.locator(".sign-in .banner")).isVisible();
      assertEquals(0, demo.at("connection-state").count());
    }
  }

  @Test
  void aCodeThatThisTabDidNotAskForIsNotTaken() {
    try (BrowserContext context = browsers.browser().newContext()) {
      Page page = context.newPage();
      page.navigate(app.url() + "/?code=stolen&state=foreign");
      assertThat(page.locator(".sign-in .banner")).isVisible();
      assertFalse(page.url().contains("code="), page.url());
    }
  }
}
