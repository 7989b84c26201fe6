package dev.mordomo.browser;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.deque.html.axecore.playwright.AxeBuilder;
import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import dev.mordomo.ApiClient;
import dev.mordomo.RunningApp;
import dev.mordomo.kernel.TestDatabase;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A server with an organisation that lets guests in, and tabs in which the page's pages are tried.
 */
final class Desk implements AfterEachCallback, AfterAllCallback {
  static final String TENANT = "01900000-0000-7000-8000-0000000000fb";
  static final String PASSWORD = RunningApp.PASSWORD;
  private static final int PHONE_WIDTH = 390;
  private static final int PHONE_HEIGHT = 844;

  /** What axe finds, a line each: the rule, and where. */
  private static final String FINDINGS =
      """
      () => axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']})
        .then(({violations}) => violations.flatMap(({id, nodes}) =>
          nodes.map(({target, failureSummary}) => `${id} ${target} ${failureSummary}`)))
      """;

  final RunningApp app;
  private final Browsers browsers = new Browsers();
  private final List<BrowserContext> contexts = new CopyOnWriteArrayList<>();
  private final List<String> complaints = new CopyOnWriteArrayList<>();
  private volatile Optional<String> expected = Optional.empty();

  Desk() {
    this(Map.of());
  }

  Desk(Map<String, String> more) {
    this(more, Map.of());
  }

  /**
   * @param environment variables, for instance of a model's server
   */
  Desk(Map<String, String> more, Map<String, String> environment) {
    TestDatabase database = TestDatabase.create();
    insertTenant(database);
    Map<String, String> settings =
        new HashMap<>(
            Map.of(
                "knowledge.manual", "false",
                "identity.argon2_memory_kib", "7168",
                "identity.anonymous_tenant", TENANT));
    settings.putAll(more);
    app = new RunningApp(database, settings, environment);
  }

  private static void insertTenant(TestDatabase database) {
    try (Connection owner = database.owner();
        Statement statement = owner.createStatement()) {
      statement.execute(
          "INSERT INTO tenant (id, name, token_quota, quota_resets_at) VALUES ('"
              + TENANT
              + "', 'Faro', 100000, now() + interval '10 days')");
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  ApiClient superuser() {
    return ApiClient.signIn(app.url());
  }

  /** A new user of {@link #TENANT}. */
  ApiClient user(String name, String role) {
    superuser()
        .post(
            "/v1/users",
            Map.of(
                "tenant_id", TENANT,
                "email", email(name),
                "password", PASSWORD,
                "name", name,
                "role", role));
    return ApiClient.signIn(app.url(), email(name), PASSWORD);
  }

  static String email(String name) {
    return name + "@example.org";
  }

  /** In this test the browser may say so, and should: what is blocked is there on purpose. */
  void mayBlock(String complaint) {
    expected = Optional.of(complaint);
  }

  /** A tab of a browser of its own, in English. */
  Demo tab() {
    return tab(new Browser.NewContextOptions().setLocale("en-US"));
  }

  /** In the dark, in another language: its words are longer. */
  Demo phone(String locale) {
    return tab(
        new Browser.NewContextOptions()
            .setViewportSize(PHONE_WIDTH, PHONE_HEIGHT)
            .setColorScheme(ColorScheme.DARK)
            .setHasTouch(true)
            .setLocale(locale));
  }

  private Demo tab(Browser.NewContextOptions options) {
    BrowserContext context = browsers.browser().newContext(options);
    contexts.add(context);
    Page page = context.newPage();
    page.onConsoleMessage(message -> {
      if (message.text().contains("Content Security Policy")) {
        complaints.add(message.text());
      }
    });
    page.onPageError(complaints::add);
    return new Demo(page, app.url());
  }

  Demo signedIn(String name) {
    return tab().signIn(email(name), PASSWORD);
  }

  /** Goes to a page by its address. */
  static Demo at(Demo demo, String hash) {
    demo.page().evaluate("hash => { location.hash = hash; }", hash);
    return demo;
  }

  /**
   * Nothing that WCAG 2.2 AA forbids, as far as a machine sees it; and nothing wider than the
   * screen.
   */
  static void assertAccessible(Demo demo) {
    Page page = demo.page();
    // What moves in is half transparent on its way.
    page.waitForFunction(
        "() => document.getAnimations().every(a => a.effect.getTiming().iterations === Infinity)");
    page.evaluate(AxeBuilder.getAxeScript());
    assertEquals(List.of(), page.evaluate(FINDINGS), page.url());
    assertEquals(
        true,
        page.evaluate("() => document.documentElement.scrollWidth <= innerWidth"),
        "wider than the screen: " + page.url());
  }

  /** For whoever looks at the pages: into the folder that {@code DEMO_PICTURES} names. */
  static void picture(Demo demo, String name) {
    Optional.ofNullable(System.getenv("DEMO_PICTURES"))
        .ifPresent(folder ->
            demo.page()
                .screenshot(new Page.ScreenshotOptions().setPath(Path.of(folder, name + ".png"))));
  }

  /** Ends the tabs of a test; what they complained of fails it. */
  @Override
  public void afterEach(ExtensionContext test) {
    contexts.forEach(BrowserContext::close);
    contexts.clear();
    List<String> told =
        complaints.stream()
            .filter(complaint -> expected.filter(complaint::contains).isEmpty())
            .toList();
    complaints.clear();
    expected = Optional.empty();
    assertEquals(List.of(), told);
  }

  @Override
  public void afterAll(ExtensionContext tests) {
    browsers.close();
    app.close();
  }
}
