package dev.mordomo.identity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mordomo.identity.Bootstrap.FirstStart;
import dev.mordomo.kernel.FailureCode;
import dev.mordomo.kernel.Settings;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class BootstrapTest {
  private IdentityFixture fixture;

  @BeforeEach
  void open() {
    fixture = new IdentityFixture();
  }

  @AfterEach
  void close() {
    fixture.close();
  }

  @Test
  void theFirstStartMakesASuperuserWithAPasswordOfItsOwnOnce() {
    FirstStart first = start(Map.of()).orElseThrow();
    assertEquals("admin@mordomo.local", first.email());
    String password = first.generatedPassword().orElseThrow();
    assertTrue(password.matches("[a-z]{6}(-[a-z]{6}){3}"), password);
    assertTrue(start(Map.of()).isEmpty());

    Tokens tokens =
        fixture.identity.sessions().signIn(first.email(), password, IdentityFixture.ADDRESS);
    Principal admin = fixture.authenticate(tokens.accessToken());
    assertEquals("superuser", admin.scope().role());
    Tenant demo = fixture.identity.tenants().get(admin.scope(), admin.scope().tenantId());
    assertEquals("Demo", demo.name());
    assertEquals(1_000_000_000, demo.tokenQuota());
  }

  @Test
  void theOperatorMayChooseWhoItIs() {
    Map<String, String> chosen =
        Map.of(
            "MORDOMO_ADMIN_EMAIL", "Chief@City.example",
            "MORDOMO_ADMIN_PASSWORD", "a password of mine");
    FirstStart first = start(chosen).orElseThrow();
    assertEquals("chief@city.example", first.email());
    assertTrue(first.generatedPassword().isEmpty());
    fixture
        .identity
        .sessions()
        .signIn("chief@city.example", "a password of mine", IdentityFixture.ADDRESS);
  }

  @Test
  void whatCannotBeAnAccountMakesNothing() {
    IdentityFixture.assertFails(
        FailureCode.INVALID, () -> start(Map.of("MORDOMO_ADMIN_PASSWORD", "short")));
    IdentityFixture.assertFails(
        FailureCode.INVALID, () -> start(Map.of("MORDOMO_ADMIN_EMAIL", "nobody")));
    assertTrue(start(Map.of()).isPresent());
  }

  @Test
  void nodesThatStartTogetherMakeOneAdmin() throws Exception {
    IdentityService other = fixture.node();
    int made = 0;
    try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
      Settings none = Settings.of(Map.of(), Map.of());
      Callable<Boolean> one = () -> fixture.identity.bootstrap(none).isPresent();
      Callable<Boolean> two = () -> other.bootstrap(none).isPresent();
      for (Future<Boolean> first : executor.invokeAll(List.of(one, two, one, two))) {
        made += first.get() ? 1 : 0;
      }
    }
    assertEquals(1, made);
    dev.mordomo.kernel.Database.await(other.close());
  }

  private Optional<FirstStart> start(Map<String, String> environment) {
    return fixture.identity.bootstrap(Settings.of(Map.of(), environment));
  }
}
