package dev.mordomo.identity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class IdentityCommandsTest {
  private static IdentityFixture fixture;

  @BeforeAll
  static void open() {
    fixture = new IdentityFixture();
  }

  @AfterAll
  static void close() {
    fixture.close();
  }

  private record Result(int code, String out, String err) {
    String password() {
      String after = out.substring(out.indexOf("Password: ") + "Password: ".length());
      return after.substring(0, after.indexOf(' '));
    }
  }

  private static Result run(String... arguments) {
    var out = new ByteArrayOutputStream();
    var err = new ByteArrayOutputStream();
    int code =
        new IdentityCommands(
                fixture.identity,
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8))
            .run(List.of(arguments));
    return new Result(
        code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  @Test
  void aTenantAndItsUserAreMadeAndListed() {
    assertEquals(0, run("tenant", "add", "Prefeitura", "--plan", "pro", "--quota=500").code());
    Result tenants = run("tenant", "list");
    assertTrue(tenants.out().contains("Prefeitura"), tenants.out());
    assertTrue(tenants.out().contains("0 of 500 tokens"), tenants.out());
    String tenant = tenants.out().substring(0, 36);

    Result made = run("user", "add", "Ana@example.org", "Ana Luz", "--role", "admin");
    assertEquals(0, made.code(), made.err());
    fixture.identity.sessions().signIn("ana@example.org", made.password(), "192.0.2.1");
    Result users = run("user", "list", "--tenant", tenant);
    assertTrue(users.out().contains("ana@example.org") && users.out().contains("Ana Luz"));

    Result renewed = run("user", "password", "ANA@example.org");
    assertEquals(0, renewed.code(), renewed.err());
    fixture.identity.sessions().signIn("ana@example.org", renewed.password(), "192.0.2.1");
  }

  @Test
  void whatMakesNoSenseSaysHowItGoes() {
    for (String line :
        List.of(
            "user",
            "user fly",
            "user add",
            "user add a@example.org A --role king",
            "user add a@example.org A --tenant 7",
            "user list --colour red",
            "tenant add X --quota many",
            "tenant add X --plan")) {
      Result result = run(line.split(" "));
      assertEquals(2, result.code(), line);
      assertTrue(result.err().contains("Usage:"), line);
    }
    assertEquals(0, run("user", "--help").code());
    assertEquals(1, run("user", "password", "nobody@example.org").code());
    assertTrue(run("user", "password", "nobody@example.org").err().contains("not found"));
  }
}
