package dev.mordomo.knowledge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mordomo.ApiClient;
import dev.mordomo.Await;
import dev.mordomo.NodeProcess;
import dev.mordomo.kernel.TestDatabase;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server is killed while it takes a large document in; the next one brings it to its end. */
class IngestCrashTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int SECTIONS = 1_500;
  @TempDir private Path data;

  @Test
  void theNextServerGoesOnWhereTheKilledOneWas() throws SQLException {
    try (TestDatabase database = TestDatabase.create()) {
      String job;
      try (NodeProcess first = node(database)) {
        ApiClient client = ApiClient.signIn(first.url());
        String collection =
            client.post("/v1/collections", Map.of("name", "Library")).get("id").asText();
        job =
            client
                .post(
                    "/v1/collections/" + collection + "/documents",
                    Map.of("title", "Trees", "content", book()))
                .get("job_id")
                .asText();
        Await.until("a batch is kept", () -> kept(database) > 0, PATIENCE);
        first.kill();
      }
      long kept = kept(database);
      assertTrue(kept > 0 && kept < SECTIONS, "in the middle: " + kept);
      try (NodeProcess second = node(database)) {
        ApiClient client = ApiClient.signIn(second.url());
        Await.until(
            "the job is done",
            () -> client.get("/v1/jobs/" + job).get("status").asText().equals("done"),
            PATIENCE);
        JsonNode done = client.get("/v1/jobs/" + job);
        assertEquals(2, done.get("attempts").asInt());
        JsonNode document = client.get("/v1/documents/" + done.at("/result/document_id").asText());
        assertEquals("indexed", document.get("status").asText());
        assertEquals(SECTIONS, document.get("chunk_count").asInt());
        assertEquals(0, kept(database));
      }
    }
  }

  private NodeProcess node(TestDatabase database) {
    return NodeProcess.start(
        database,
        Map.of(
            "MORDOMO_DATA", data.toString(),
            "MORDOMO_JOB_LEASE", "2s",
            "MORDOMO_KNOWLEDGE_INLINE_BYTES", "1000"));
  }

  private static String book() {
    StringBuilder text = new StringBuilder("# Trees\n\n");
    for (int i = 0; i < SECTIONS; i++) {
      text.append("## Tree ").append(i).append("\n\n");
      text.append("The tree with the number ").append(i).append(" stands at the river.\n\n");
    }
    return text.toString();
  }

  private static long kept(TestDatabase database) {
    try (Connection owner = database.owner();
        ResultSet rows =
            owner.createStatement().executeQuery("SELECT count(*) FROM kept_embedding")) {
      rows.next();
      return rows.getLong(1);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }
}
