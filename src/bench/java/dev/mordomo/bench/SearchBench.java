package dev.mordomo.bench;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mordomo.kernel.Json;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import org.HdrHistogram.ConcurrentHistogram;
import org.postgresql.PGConnection;

/** {@code POST /v1/search} with a vector given, beside the same SQL by pgbench. */
final class SearchBench {
  private static final int DIMENSIONS = 384;
  private static final int QUERIES = 1000;
  private static final int CLIENTS = 4;
  private static final int CENTRES = 500;
  private static final String MODEL = "embedded/gloss-minilm";

  private final int chunks;
  private final Report report;
  private final Postgres postgres = new Postgres();
  private final Random random = new Random(7);
  private final float[][] centres = new float[CENTRES][];

  SearchBench(Report report, boolean brief) {
    this.report = report;
    this.chunks = brief ? 2_000 : 50_000;
    for (int i = 0; i < CENTRES; i++) {
      centres[i] = gaussian(1);
    }
  }

  void run() throws Exception {
    postgres.createPrepared("bench_search");
    try (ServerProcess server = new ServerProcess(postgres.url("bench_search"), Map.of())) {
      Api api = new Api(server.url());
      String token = api.signIn(ServerProcess.EMAIL, ServerProcess.PASSWORD);
      String collection =
          api.post(token, "/v1/collections", Map.of("name", "bench", "scope", "tenant"))
              .get("id")
              .asText();
      report.say("filling " + chunks + " chunks");
      fill(collection);
      List<float[]> queries = new ArrayList<>();
      for (int i = 0; i < QUERIES; i++) {
        queries.add(vector());
      }
      String who = identities(collection, queries);
      List<String> floor =
          List.of(
              "-c",
              "4",
              "-j",
              "2",
              "-T",
              "10",
              "-D",
              "tenant=" + who.split(" ")[0],
              "-D",
              "usr=" + who.split(" ")[1],
              "-f",
              "src/bench/floor/search.sql");
      postgres.pgbench("bench_search", "", floor);
      double bare = postgres.pgbench("bench_search", "", floor);
      report.figure("the same SQL by pgbench, 4 clients", bare, "searches/s");
      load(server, token, queries, bare);
      recall(api, token, collection, queries);
      text(server, token);
    }
  }

  private float[] gaussian(double scale) {
    float[] vector = new float[DIMENSIONS];
    for (int i = 0; i < DIMENSIONS; i++) {
      vector[i] = (float) (random.nextGaussian() * scale);
    }
    return vector;
  }

  /** Near one of some centres, as the meanings of texts are. */
  private float[] vector() {
    float[] vector = gaussian(0.6);
    float[] centre = centres[random.nextInt(CENTRES)];
    double norm = 0;
    for (int i = 0; i < DIMENSIONS; i++) {
      vector[i] += centre[i];
      norm += vector[i] * vector[i];
    }
    for (int i = 0; i < DIMENSIONS; i++) {
      vector[i] /= (float) Math.sqrt(norm);
    }
    return vector;
  }

  private static String literal(float[] vector, char open, char close) {
    StringBuilder text = new StringBuilder().append(open);
    for (int i = 0; i < vector.length; i++) {
      text.append(i == 0 ? "" : ",").append(String.format(Locale.ROOT, "%.5f", vector[i]));
    }
    return text.append(close).toString();
  }

  private void fill(String collection) throws Exception {
    try (Connection owner = postgres.connect("bench_search");
        var statement = owner.createStatement()) {
      statement.execute("CREATE TABLE bench_vector (id int PRIMARY KEY, e halfvec(384))");
      var copy =
          owner.unwrap(PGConnection.class).getCopyAPI().copyIn("COPY bench_vector FROM STDIN");
      for (int i = 1; i <= chunks; i++) {
        byte[] line =
            (i + "\t" + literal(vector(), '[', ']') + "\n")
                .getBytes(java.nio.charset.StandardCharsets.UTF_8);
        copy.writeToCopy(line, 0, line.length);
      }
      copy.endCopy();
      statement.execute(
          """
          INSERT INTO document (id, collection_id, tenant_id, title, source_type, sha256, status, chunk_count)
          SELECT gen_random_uuid(), c.id, c.tenant_id, 'document ' || g, 'txt', sha256(g::text::bytea), 'indexed', 50
          FROM collection c, generate_series(1, %d) g WHERE c.id = '%s'
          """
              .formatted(chunks / 50, collection));
      statement.execute(
          """
          INSERT INTO chunk (id, document_id, collection_id, tenant_id, chunk_index, text, language, fingerprint, tsv, indexed_at)
          SELECT gen_random_uuid(), d.id, d.collection_id, d.tenant_id, i, 'passage ' || i || repeat(' words of a passage', 20),
            'en', sha256((d.id || ':' || i)::bytea), to_tsvector('english', 'passage ' || i || ' of ' || d.title), now()
          FROM document d, generate_series(1, 50) i WHERE d.collection_id = '%s'
          """
              .formatted(collection));
      List<String> indexes = dropVectorIndexes(statement);
      statement.execute(
          """
          INSERT INTO embedding (model_id, chunk_id, collection_id, tenant_id, e)
          SELECT m.id, c.id, c.collection_id, c.tenant_id, v.e
          FROM (SELECT *, row_number() OVER (ORDER BY id) AS n FROM chunk WHERE collection_id = '%s') c
            JOIN bench_vector v ON v.id = c.n, embedding_model m WHERE m.name = '%s'
          """
              .formatted(collection, MODEL));
      statement.execute("DROP TABLE bench_vector");
      report.say("building the vector index");
      statement.execute("SET maintenance_work_mem = '512MB'");
      for (String index : indexes) {
        statement.execute(index);
      }
      statement.execute("VACUUM ANALYZE");
    }
  }

  /**
   * Built at the end, since into a live index the rows come one by one, several minutes long.
   *
   * @return the statements that make them anew
   */
  private static List<String> dropVectorIndexes(Statement statement) throws SQLException {
    Map<String, String> definitions = new HashMap<>();
    try (var rows =
        statement.executeQuery(
            "SELECT indexname, indexdef FROM pg_indexes WHERE indexdef LIKE '%USING hnsw%'")) {
      while (rows.next()) {
        definitions.put(rows.getString(1), rows.getString(2));
      }
    }
    for (String name : definitions.keySet()) {
      statement.execute("DROP INDEX " + name);
    }
    return List.copyOf(definitions.values());
  }

  /** Makes the table of queries; the ids of the tenant and the user, a space between. */
  private String identities(String collection, List<float[]> queries) throws Exception {
    try (Connection owner = postgres.connect("bench_search");
        var statement = owner.createStatement()) {
      statement.execute("CREATE TABLE bench_query (id int PRIMARY KEY, v real[])");
      try (var insert = owner.prepareStatement("INSERT INTO bench_query VALUES (?, ?::real[])")) {
        for (int i = 0; i < queries.size(); i++) {
          insert.setInt(1, i + 1);
          insert.setString(2, literal(queries.get(i), '{', '}'));
          insert.addBatch();
        }
        insert.executeBatch();
      }
      try (var rows =
          statement.executeQuery(
              "SELECT c.tenant_id, u.id FROM collection c JOIN app_user u USING (tenant_id) WHERE"
                  + " c.id = '"
                  + collection
                  + "' LIMIT 1")) {
        rows.next();
        return rows.getString(1) + " " + rows.getString(2);
      }
    }
  }

  private static String body(float[] query, int limit) {
    return "{\"embedding\":"
        + literal(query, '[', ']')
        + ",\"embedding_model\":\""
        + MODEL
        + "\",\"mode\":\"semantic\",\"threshold\":0,\"limit\":"
        + limit
        + "}";
  }

  private void load(ServerProcess server, String token, List<float[]> queries, double bare)
      throws Exception {
    List<String> bodies = queries.stream().map(q -> body(q, 10)).toList();
    ConcurrentHistogram delays = new ConcurrentHistogram(3);
    double rate = hammer(server, token, bodies, delays);
    report.figure("POST /v1/search, embedding given, 4 clients", rate, "searches/s");
    report.figure("p95", delays.getValueAtPercentile(95) / 1e6, "ms");
    report.goal("ratio to pgbench", rate / bare, "≥", 0.6);
  }

  private void text(ServerProcess server, String token) throws Exception {
    List<String> bodies = new ArrayList<>();
    for (int i = 0; i < QUERIES; i++) {
      bodies.add("{\"query\":\"what does passage " + i + " say about words\",\"limit\":10}");
    }
    double rate = hammer(server, token, bodies, new ConcurrentHistogram(3));
    report.figure("POST /v1/search, by text, hybrid, 4 clients", rate, "searches/s");
  }

  private static double hammer(
      ServerProcess server, String token, List<String> bodies, ConcurrentHistogram delays)
      throws Exception {
    AtomicBoolean over = new AtomicBoolean();
    AtomicBoolean measuring = new AtomicBoolean();
    LongAdder count = new LongAdder();
    List<Thread> threads = new ArrayList<>();
    HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    for (int c = 0; c < CLIENTS; c++) {
      int first = c;
      threads.add(
          Thread.ofPlatform()
              .start(() -> {
                try {
                  for (int i = first; !over.get(); i += CLIENTS) {
                    long start = System.nanoTime();
                    HttpRequest request =
                        HttpRequest.newBuilder(URI.create(server.url() + "/v1/search"))
                            .header("Authorization", "Bearer " + token)
                            .header("Content-Type", "application/json")
                            .POST(BodyPublishers.ofString(bodies.get(i % bodies.size())))
                            .build();
                    int status = client.send(request, BodyHandlers.ofByteArray()).statusCode();
                    if (status != 200) {
                      throw new IOException("status " + status);
                    }
                    if (measuring.get()) {
                      delays.recordValue(System.nanoTime() - start);
                      count.increment();
                    }
                  }
                } catch (IOException e) {
                  throw new java.io.UncheckedIOException(e);
                } catch (InterruptedException e) {
                  Thread.currentThread().interrupt();
                }
              }));
    }
    TimeUnit.SECONDS.sleep(8);
    measuring.set(true);
    TimeUnit.SECONDS.sleep(10);
    measuring.set(false);
    over.set(true);
    for (Thread thread : threads) {
      thread.join();
    }
    return count.sum() / 10.0;
  }

  private void recall(Api api, String token, String collection, List<float[]> queries)
      throws Exception {
    int found = 0;
    int asked = 0;
    try (Connection owner = postgres.connect("bench_search");
        var exact =
            owner.prepareStatement(
                "SELECT chunk_id FROM embedding WHERE collection_id = ?::uuid ORDER BY (e <=>"
                    + " ?::halfvec) + 0 LIMIT 10")) {
      for (float[] query : queries.subList(0, 50)) {
        Set<String> truth = new HashSet<>();
        exact.setString(1, collection);
        exact.setString(2, literal(query, '[', ']'));
        try (var rows = exact.executeQuery()) {
          while (rows.next()) {
            truth.add(rows.getString(1));
          }
        }
        JsonNode hits =
            api.post(token, "/v1/search", Json.map(Json.read(body(query, 10)))).get("hits");
        for (JsonNode hit : hits) {
          if (truth.contains(hit.get("chunk_id").asText())) {
            found++;
          }
        }
        asked += truth.size();
      }
    }
    report.figure("recall@10 against exact", found / (double) asked, "");
  }
}
