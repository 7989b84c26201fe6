package dev.mordomo.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.microsoft.playwright.Download;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Response;
import dev.mordomo.ApiClient;
import java.io.IOException;
import java.nio.file.Files;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** One's own account, in a real browser on the real server. */
class AccountPageTest {
  private static final List<String> PARTS = List.of("sign-in", "keys", "usage", "privacy");
  @RegisterExtension static final Desk desk = new Desk();

  @Test
  void sessionsAreListedAndOneIsEnded() {
    desk.user("sessions", "member");
    Demo here = desk.signedIn("sessions");
    Demo there = desk.signedIn("sessions");
    Desk.at(here, "#/account");
    // One of them is the client's of the test itself.
    assertThat(here.at("sessions-row")).hasCount(3);
    Locator own = here.at("sessions-row", "data-current", "true");
    assertThat(own).hasCount(1);
    assertThat(own).containsText("Chrome");
    assertThat(own).containsText("127.0.0.1");
    assertThat(own.locator("[data-testid=session-end]")).hasCount(0);
    here.at("session-end").last().click();
    here.at("dialog-confirm").click();
    there.at("sign-in-email").waitFor();
    assertThat(here.at("sessions-row")).hasCount(2);
    assertThat(here.at("connection-state", "data-state", "connected")).isAttached();
  }

  @Test
  void signingOutEndsThisTabsSessionAndNoOther() {
    ApiClient api = desk.user("one-out", "member");
    Demo here = desk.signedIn("one-out");
    Demo there = desk.signedIn("one-out");
    Desk.at(here, "#/account");
    assertEquals(3, api.get("/v1/me/sessions").get("data").size());
    Response out =
        here.page().waitForResponse("**/v1/auth/logout", () -> here.at("sign-out").click());
    assertEquals(204, out.status());
    assertThat(here.at("sign-in-email")).isVisible();
    assertThat(here.at("account-who")).hasCount(0);
    here.page().reload();
    assertThat(here.at("sign-in-email")).isVisible();
    assertEquals(2, api.get("/v1/me/sessions").get("data").size());
    there.page().reload();
    assertThat(there.at("connection-state", "data-state", "connected")).isAttached();
    assertThat(there.at("sign-in-email")).hasCount(0);
  }

  @Test
  void signingOutEverywhereEndsEveryTab() {
    desk.user("everywhere", "member");
    Demo here = desk.signedIn("everywhere");
    Demo there = desk.signedIn("everywhere");
    Desk.at(here, "#/account");
    here.at("sign-out-everywhere").click();
    here.at("dialog-confirm").click();
    assertThat(here.at("sign-in-email")).isVisible();
    there.at("sign-in-email").waitFor();
  }

  @Test
  void aNewPasswordKeepsThisTabSignedInAndNoOther() {
    desk.user("password", "member");
    Demo here = desk.signedIn("password");
    Demo there = desk.signedIn("password");
    Desk.at(here, "#/account");
    here.page().locator("#password-current").fill("a wrong guess");
    here.page().locator("#password-new").fill("another good battery");
    here.at("password-change").click();
    assertThat(here.page().locator("#password-current-error")).isVisible();
    assertThat(here.page().locator("#password-current")).isFocused();
    here.page().locator("#password-current").fill(Desk.PASSWORD);
    here.at("password-change").click();
    assertThat(here.at("notice", "data-kind", "success")).isVisible();
    there.at("sign-in-email").waitFor();
    assertThat(here.at("connection-state", "data-state", "connected")).isAttached();
    assertThat(here.at("sign-in-email")).hasCount(0);
    ApiClient.signIn(desk.app.url(), Desk.email("password"), "another good battery");
  }

  @Test
  void aKeysSecretIsShownOnce() {
    ApiClient api = desk.user("keys", "member");
    Demo demo = Desk.at(desk.signedIn("keys"), "#/account/keys");
    assertThat(demo.at("empty")).isVisible();
    demo.at("api-key-name").fill("Lamp");
    demo.at("api-key-scope-devices").check();
    demo.at("api-key-expires").fill(LocalDate.now(ZoneOffset.UTC).plusYears(1).toString());
    demo.at("api-key-create").click();
    String secret = demo.at("api-key-value").inputValue();
    assertTrue(secret.startsWith("mk_"), secret);
    JsonNode key = api.get("/v1/api-keys").at("/data/0");
    assertEquals("devices", key.at("/scopes/0").asText());
    assertFalse(key.get("expires_at").isNull());
    demo.page().context().grantPermissions(List.of("clipboard-read", "clipboard-write"));
    demo.at("api-key-value-copy").click();
    assertEquals(secret, demo.page().evaluate("navigator.clipboard.readText()"));
    Desk.assertAccessible(demo);
    Desk.picture(demo, "keys");

    api.with(secret).get("/v1/reminders");
    demo.at("api-key-value-kept").click();
    assertThat(demo.at("api-key-value")).hasCount(0);
    demo.page().reload();
    assertThat(demo.at("api-keys-row")).containsText("Lamp");
    assertThat(demo.at("api-keys-row")).not().containsText("never");
    assertFalse(demo.page().content().contains(secret), "the secret is nowhere in the page");

    demo.at("api-key-revoke").click();
    demo.at("dialog-confirm").click();
    assertThat(demo.at("api-keys-row")).hasCount(0);
    assertThat(demo.at("empty")).isVisible();
  }

  @Test
  void whatAKeyMayNotBeIsSaidAtItsField() {
    desk.user("badkey", "member");
    Demo demo = Desk.at(desk.signedIn("badkey"), "#/account/keys");
    demo.at("api-key-name").fill("Past");
    demo.at("api-key-expires").evaluate("field => field.removeAttribute('min')");
    demo.at("api-key-expires").fill("2020-01-01");
    demo.at("api-key-create").click();
    assertThat(demo.page().locator("#key-expires-error")).isVisible();
    assertThat(demo.at("api-key-expires")).hasAttribute("aria-invalid", "true");
    assertThat(demo.at("api-key-value")).hasCount(0);
  }

  @Test
  void usageIsShownAgainstTheQuotaAndSavedAsCsv() throws IOException {
    ApiClient api = desk.user("usage", "member");
    Demo demo = desk.signedIn("usage");
    Desk.at(demo, "#/account/usage");
    assertThat(demo.at("empty")).isVisible();
    Desk.at(demo, "#/");
    demo.ask("Good morning");
    JsonNode totals = api.get("/v1/me/usage").get("totals");
    Desk.at(demo, "#/account/usage");
    assertThat(demo.at("usage-chart")).isVisible();
    assertThat(demo.at("usage-models-row")).hasCount(1);
    assertThat(demo.at("quota")).containsText("of your own");
    demo.at("usage-as-table").press("Enter");
    assertThat(demo.at("usage-days-row")).hasCount(1);
    assertThat(demo.at("usage-days-row"))
        .containsText(String.valueOf(totals.get("completion_tokens").asLong()));
    Download saved = demo.page().waitForDownload(() -> demo.at("usage-csv-model").click());
    assertTrue(Files.readString(saved.path()).startsWith("model,prompt_tokens,"));
    assertThat(demo.at("usage-of-tenant")).hasCount(0);
    Desk.assertAccessible(demo);
    Desk.picture(demo, "usage");
  }

  @Test
  void anAdministratorSeesTheOrganisationsUsageToo() {
    desk.user("spender", "admin");
    Demo demo = desk.signedIn("spender");
    demo.ask("Good morning");
    Desk.at(demo, "#/account/usage");
    demo.at("usage-of-tenant").check();
    assertThat(demo.at("quota")).containsText("of 100,000 tokens");
    assertThat(demo.at("usage-chart")).isVisible();
  }

  @Test
  void consentIsGivenAndRevoked() {
    ApiClient api = desk.user("consent", "member");
    Demo demo = Desk.at(desk.signedIn("consent"), "#/account/privacy");
    demo.at("consent-history").click();
    assertThat(demo.at("empty").first()).isVisible();
    demo.at("consent-switch").press("Space");
    assertThat(demo.at("consents-row")).hasCount(1);
    assertThat(demo.at("consent-switch")).isChecked();
    assertTrue(api.get("/v1/me/consents").at("/data/0/revoked_at").isNull());
    demo.at("consent-switch").click();
    assertThat(demo.at("consent-switch")).not().isChecked();
    assertThat(demo.at("consents-row")).not().containsText("in force");
    assertFalse(api.get("/v1/me/consents").at("/data/0/revoked_at").isNull());
  }

  @Test
  void aCopyOfOnesDataIsDownloadedOnce() throws IOException {
    desk.user("copy", "member");
    Demo demo = desk.signedIn("copy");
    demo.ask("Good morning");
    Desk.at(demo, "#/account/privacy");
    demo.at("export-start").click();
    assertThat(demo.at("exports-row", "data-status", "ready")).isVisible();
    Desk.picture(demo, "privacy");
    Download saved = demo.page().waitForDownload(() -> demo.at("export-download").click());
    try (ZipInputStream zip = new ZipInputStream(Files.newInputStream(saved.path()))) {
      assertTrue(zip.getNextEntry() != null);
    }
    assertThat(demo.at("exports-row", "data-status", "downloaded")).isVisible();
    assertThat(demo.at("export-download")).hasCount(0);
  }

  @Test
  void everyPartIsAccessibleAndFitsAPhone() {
    desk.user("phone", "member");
    Demo phone = desk.phone("pt-BR").signIn(Desk.email("phone"), Desk.PASSWORD);
    Demo wide = desk.signedIn("phone");
    for (String part : PARTS) {
      for (Demo demo : List.of(phone, wide)) {
        Desk.at(demo, "#/account/" + part);
        assertThat(demo.at("page-account", "data-part", part)).isVisible();
        assertThat(demo.page().locator(".page .skeleton")).hasCount(0);
        Desk.assertAccessible(demo);
      }
      Desk.picture(phone, "phone-" + part);
      Desk.picture(wide, "wide-" + part);
    }
  }

  @Test
  void theKeyboardReachesEveryPart() {
    desk.user("keyboard", "member");
    Demo demo = desk.signedIn("keyboard");
    demo.at("nav-account").focus();
    demo.page().keyboard().press("Enter");
    assertThat(demo.page().locator("main")).isFocused();
    for (int i = 0; i < PARTS.size(); i++) {
      demo.page().keyboard().press("Tab");
    }
    assertThat(demo.at("part-privacy")).isFocused();
    demo.page().keyboard().press("Enter");
    assertThat(demo.at("page-account", "data-part", "privacy")).isVisible();
  }
}
