package dev.mordomo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mordomo.kernel.TestDatabase;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code ./mordomo ingest} as it is typed, beside a server that runs. */
class IngestCommandTest {
  @TempDir private Path folder;
  @TempDir private Path data;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @Test
  void whatAFolderHoldsIsFoundThroughTheServer() throws IOException {
    Files.writeString(
        folder.resolve("horta.md"), "# Horta\n\nOs tomates são regados às cinco da manhã.");
    try (TestDatabase database = TestDatabase.create()) {
      assertEquals(1, ingest(database));
      assertTrue(err.toString(StandardCharsets.UTF_8).contains("no superuser yet"), err::toString);
    }
    try (RunningApp app = new RunningApp(Map.of())) {
      assertEquals(0, ingest(app.database()), err::toString);
      assertTrue(out.toString(StandardCharsets.UTF_8).contains("1 added"), out::toString);
      ApiClient client = ApiClient.signIn(app.url());
      JsonNode hit =
          client
              .post("/v1/search", Map.of("query", "A que horas os tomates são regados?"))
              .at("/hits/0");
      assertEquals("Horta", hit.path("title").asText(), hit.toString());
      assertEquals("horta.md", hit.path("source").asText());
    }
  }

  private int ingest(TestDatabase database) {
    Map<String, String> environment = new HashMap<>(database.environment());
    environment.put("MORDOMO_SECRET", TestDatabase.SECRET_TEXT);
    environment.put("MORDOMO_DATA", data.toString());
    return Main.run(
        List.of("ingest", folder.toString(), "--collection", "Casa"),
        environment,
        new PrintStream(out, true, StandardCharsets.UTF_8),
        new PrintStream(err, true, StandardCharsets.UTF_8));
  }
}
