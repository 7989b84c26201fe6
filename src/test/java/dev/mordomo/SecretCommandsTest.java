package dev.mordomo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mordomo.kernel.TestDatabase;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code ./mordomo secret} beside a running server. */
class SecretCommandsTest {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @TempDir Path data;

  private int secret(TestDatabase database, String... words) {
    out.reset();
    Map<String, String> environment = new HashMap<>(database.environment());
    environment.put("MORDOMO_SECRET", TestDatabase.SECRET_TEXT);
    environment.put("MORDOMO_DATA", data.toString());
    List<String> all = new java.util.ArrayList<>(List.of("secret"));
    all.addAll(List.of(words));
    return Main.run(
        all,
        environment,
        new PrintStream(out, true, StandardCharsets.UTF_8),
        new PrintStream(err, true, StandardCharsets.UTF_8));
  }

  private String said() {
    return out.toString(StandardCharsets.UTF_8);
  }

  @Test
  void keysChangeWhileTheServerRunsAndNothingIsLost() throws Exception {
    try (RunningApp app = new RunningApp(Map.of("knowledge.manual", "false"))) {
      ApiClient ana = ApiClient.signIn(app.url());
      Map<String, String> body = Map.of("name", "a key of the kitchen");
      HttpResponse<String> first = ana.postOnce("/v1/api-keys", "once", body);
      assertEquals(201, first.statusCode(), first.body());

      assertEquals(0, secret(app.database(), "rotate"), err::toString);
      // The key that signs tokens, and the answer.
      assertTrue(said().contains("2 values were sealed anew"), said());
      assertEquals(0, secret(app.database(), "status"), err::toString);
      assertEquals(1, said().lines().filter(line -> line.endsWith("seals and opens")).count());
      assertEquals(1, said().lines().filter(line -> line.endsWith("opens only")).count());
      assertTrue(said().contains("0 values are not sealed under the newest key"), said());
      assertEquals(0, secret(app.database(), "reseal"), err::toString);
      assertTrue(said().contains("0 values were sealed anew"), said());

      // The server has not heard of the new key yet.
      HttpResponse<String> again = ana.postOnce("/v1/api-keys", "once", body);
      assertEquals(first.body(), again.body());
      ana.get("/v1/me");
      // Tokens of a node that starts now are signed by the key that was sealed anew.
      try (RunningApp other = app.besides()) {
        ana.at(other.url()).get("/v1/me");
      }
      assertTrue(
          ana.get("/v1/audit").toString().contains("sealing_key.rotate"), "it is in the audit");
    }
  }

  @Test
  void aWrongCommandIsToldHow() {
    try (TestDatabase database = TestDatabase.create()) {
      assertEquals(2, secret(database, "rotat"));
      assertTrue(err.toString(StandardCharsets.UTF_8).contains("secret rotate"), err::toString);
      assertFalse(said().contains("values"), said());
    }
  }
}
