package dev.mordomo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mordomo.kernel.TestDatabase;
import dev.mordomo.model.FakeModelServer;
import dev.mordomo.model.FakeModelServer.Behaviour;
import io.vertx.core.Vertx;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
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

  @Test
  void tokensThatItDidNotUseAreGivenBackAtItsEnd() throws IOException, SQLException {
    Files.writeString(folder.resolve("horta.md"), "# Horta\n\nOs tomates são regados cedo.");
    Vertx vertx = Vertx.vertx();
    try (FakeModelServer model = FakeModelServer.start(vertx).always(Behaviour.embedding(8));
        RunningApp app = new RunningApp(TestDatabase.create(), Map.of(), elsewhere(model))) {
      assertEquals(0, ingest(app.database(), elsewhere(model)), err::toString);
      try (Connection owner = app.database().owner();
          Statement statement = owner.createStatement();
          ResultSet left =
              statement.executeQuery(
                  """
                  SELECT (SELECT count(*) FROM usage u WHERE u.node_id IS NOT NULL
                      AND NOT EXISTS (SELECT FROM node n WHERE n.id = u.node_id)),
                    (SELECT count(*) FROM token_lease l
                      WHERE NOT EXISTS (SELECT FROM node n WHERE n.id = l.node_id))
                  """)) {
        assertTrue(left.next());
        assertTrue(left.getLong(1) > 0, "it was paid for");
        assertEquals(0, left.getLong(2), "leases");
      }
    } finally {
      vertx.close().await();
    }
  }

  private static Map<String, String> elsewhere(FakeModelServer model) {
    return Map.of(
        "MORDOMO_MODEL_EMBEDDING",
        "openai/words",
        "MORDOMO_KNOWLEDGE_MANUAL",
        "false",
        "OPENAI_BASE_URL",
        model.openAiUrl());
  }

  private int ingest(TestDatabase database) {
    return ingest(database, Map.of());
  }

  private int ingest(TestDatabase database, Map<String, String> more) {
    Map<String, String> environment = new HashMap<>(database.environment());
    environment.putAll(more);
    environment.put("MORDOMO_SECRET", TestDatabase.SECRET_TEXT);
    environment.put("MORDOMO_DATA", data.toString());
    return Main.run(
        List.of("ingest", folder.toString(), "--collection", "Casa"),
        environment,
        new PrintStream(out, true, StandardCharsets.UTF_8),
        new PrintStream(err, true, StandardCharsets.UTF_8));
  }
}
