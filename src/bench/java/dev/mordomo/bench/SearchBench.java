package dev.mordomo.bench;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mordomo.kernel.Json;
import dev.mordomo.knowledge.ChromaProcess;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/**
 * {@code POST /v1/search} with a vector given, over two sizes of chunks of several tenants: beside
 * the same SQL and bare pgvector by pgbench, and beside ChromaDB with the same vectors. With its
 * recall against the exact order, also of a tenant with a thousandth of the chunks, and with what
 * everything takes on the disk.
 */
final class SearchBench {
  private static final int CLIENTS = 4;
  private static final int ASKED = 50;
  private static final int NEAREST = 10;
  private static final int PAGE = 1_000;
  private static final double IDLE = 0.3;
  private static final String MODEL = "embedded/gloss-minilm";
  private static final String BARE_EXACT =
      "SELECT id FROM bench_bare ORDER BY (e <=> ?::vector) + 0 LIMIT " + NEAREST;

  private final boolean brief;
  private final Report report;
  private final Path folder;
  private final Postgres postgres = new Postgres();

  SearchBench(Report report, Path folder, boolean brief) {
    this.report = report;
    this.folder = folder;
    this.brief = brief;
  }

  void run() throws Exception {
    List<Double> rates = new ArrayList<>();
    for (int chunks : brief ? new int[] {1_000, 6_000} : new int[] {50_000, 500_000}) {
      report.say(chunks + " chunks");
      rates.add(round(chunks, ", " + chunks));
    }
    report.goal("times slower at ten times the chunks", rates.get(0) / rates.get(1), "≤", 2);
  }

  /** Searches a second. */
  private double round(int chunks, String of) throws Exception {
    postgres.createPrepared(SearchData.DATABASE);
    SearchData data = new SearchData(postgres, chunks);
    try (ServerProcess server = new ServerProcess(postgres.url(SearchData.DATABASE), Map.of())) {
      Api api = new Api(server.url());
      String token = api.signIn(ServerProcess.EMAIL, ServerProcess.PASSWORD);
      String collection =
          api.post(token, "/v1/collections", Map.of("name", "bench", "scope", "tenant"))
              .get("id")
              .asText();
      data.fill(collection, MODEL, report);
      double same = pgbench(data, "search.sql", "");
      double bare = pgbench(data, "pgvector.sql", "-c hnsw.ef_search=100");
      report.figure("the same SQL by pgbench" + of, same, "searches/s");
      report.figure("bare pgvector by pgbench" + of, bare, "searches/s");
      Hammer.Outcome ours =
          hammer(
              URI.create(server.url() + "/v1/search"),
              token,
              data.queries().stream().map(SearchBench::body).toList());
      report.figure("POST /v1/search, embedding given" + of, ours.rate(), "searches/s");
      report.figure("p95" + of, ours.p95Millis(), "ms");
      report.goal("ratio to the same SQL" + of, ours.rate() / same, "≥", 0.6);
      report.goal("ratio to bare pgvector" + of, ours.rate() / bare, "≥", 0.6);
      report.goal(
          "recall@10 against exact" + of, recall(api, token, data, data.tenant()), "≥", 0.98);
      report.goal(
          "recall@10 of a thousandth" + of,
          recall(api, data.ofTheSmallest().key(), data, data.ofTheSmallest().tenant().toString()),
          "≥",
          1);
      report.figure("recall@10 of bare pgvector" + of, bareRecall(data), "");
      storage(data, chunks, of);
      text(server, token, of);
      chroma(data, chunks, of, ours.rate());
      return ours.rate();
    }
  }

  private double pgbench(SearchData data, String script, String options) throws Exception {
    List<String> arguments =
        List.of(
            "-c",
            String.valueOf(CLIENTS),
            "-j",
            "2",
            "-T",
            brief ? "1" : "10",
            "-D",
            "tenant=" + data.tenant(),
            "-D",
            "usr=" + data.user(),
            "-f",
            "src/bench/floor/" + script);
    postgres.pgbench(SearchData.DATABASE, options, arguments);
    return postgres.pgbench(SearchData.DATABASE, options, arguments);
  }

  private Hammer.Outcome hammer(URI to, String token, List<String> bodies) throws Exception {
    return Hammer.run(to, token, bodies, CLIENTS, brief ? 1 : 45, brief ? 1 : 10);
  }

  static String body(float[] query) {
    return "{\"embedding\":"
        + Vectors.literal(query, '[', ']')
        + ",\"embedding_model\":\""
        + MODEL
        + "\",\"mode\":\"semantic\",\"threshold\":0,\"limit\":"
        + NEAREST
        + "}";
  }

  /** By text, beside what the embedding model alone does with the same texts over HTTP. */
  private void text(ServerProcess server, String token, String of) throws Exception {
    List<String> searches = new ArrayList<>();
    List<String> embeddings = new ArrayList<>();
    for (int i = 0; i < SearchData.QUERIES; i++) {
      String query = "what does passage " + i + " say about words";
      searches.add("{\"query\":\"" + query + "\",\"limit\":10}");
      embeddings.add("{\"model\":\"" + MODEL + "\",\"input\":\"" + query + "\"}");
    }
    double byText = hammer(URI.create(server.url() + "/v1/search"), token, searches).rate();
    double alone = hammer(URI.create(server.url() + "/v1/embeddings"), token, embeddings).rate();
    report.figure("by text, hybrid" + of, byText, "searches/s");
    report.figure("the embedding model alone, the same texts" + of, alone, "texts/s");
    report.figure("by text, to the embedding model" + of, byText / alone, "");
  }

  /** Over HTTP as one tenant's user, who sees that tenant's chunks and the global ones. */
  private double recall(Api api, String token, SearchData data, String tenant) throws Exception {
    String exact =
        "SELECT chunk_id FROM embedding WHERE model_id = "
            + data.model()
            + " AND (tenant_id = '"
            + tenant
            + "' OR tenant_id IS NULL) ORDER BY (e <=> ?::halfvec) + 0 LIMIT "
            + NEAREST;
    return recall(
        exact,
        data,
        query -> {
          Set<String> found = new HashSet<>();
          JsonNode hits =
              api.post(token, "/v1/search", Json.map(Json.read(body(query)))).get("hits");
          hits.forEach(hit -> found.add(hit.get("chunk_id").asText()));
          return found;
        });
  }

  private interface Search {
    Set<String> nearest(float[] query) throws Exception;
  }

  private double recall(String exact, SearchData data, Search search) throws Exception {
    int found = 0;
    int wanted = 0;
    try (Connection owner = postgres.connect(SearchData.DATABASE);
        var statement = owner.prepareStatement(exact)) {
      for (float[] query : data.queries().subList(0, ASKED)) {
        statement.setString(1, Vectors.literal(query, '[', ']'));
        Set<String> truth = new HashSet<>();
        try (var rows = statement.executeQuery()) {
          while (rows.next()) {
            truth.add(rows.getString(1));
          }
        }
        wanted += truth.size();
        truth.retainAll(search.nearest(query));
        found += truth.size();
      }
    }
    return found / (double) wanted;
  }

  private double bareRecall(SearchData data) throws Exception {
    try (Connection owner = postgres.connect(SearchData.DATABASE);
        var setting = owner.createStatement();
        var nearest =
            owner.prepareStatement(
                "SELECT id FROM bench_bare ORDER BY e <=> ?::vector LIMIT " + NEAREST)) {
      setting.execute("SET hnsw.ef_search = 100");
      return recall(
          BARE_EXACT,
          data,
          query -> {
            nearest.setString(1, Vectors.literal(query, '[', ']'));
            Set<String> found = new HashSet<>();
            try (var rows = nearest.executeQuery()) {
              while (rows.next()) {
                found.add(rows.getString(1));
              }
            }
            return found;
          });
    }
  }

  private void storage(SearchData data, int chunks, String of) throws SQLException {
    String part = "embedding_m" + data.model();
    try (Connection owner = postgres.connect(SearchData.DATABASE);
        var statement = owner.createStatement()) {
      double ours = bytes(statement, part) + bytes(statement, part + "_hnsw");
      double bare = bytes(statement, "bench_bare") + bytes(statement, "bench_bare_hnsw");
      report.figure("embedding and its vector index" + of, ours / chunks, "bytes/chunk");
      report.figure("bare vector(384) and its index" + of, bare / chunks, "bytes/chunk");
      report.goal("storage, to bare pgvector" + of, ours / bare, "≤", 0.8);
      for (String relation :
          List.of("chunk", "chunk_tsv", "chunk_heading", "document", "document_title")) {
        report.figure(relation + of, bytes(statement, relation) / chunks, "bytes/chunk");
      }
    }
  }

  /** Of a table with what it keeps aside, or of an index. */
  private static double bytes(java.sql.Statement statement, String relation) throws SQLException {
    try (var rows = statement.executeQuery("SELECT pg_table_size('" + relation + "')")) {
      rows.next();
      return rows.getDouble(1);
    }
  }

  private void chroma(SearchData data, int chunks, String of, double ours) throws Exception {
    report.say("ChromaDB");
    Path there = Files.createDirectories(folder.resolve("chroma-" + UUID.randomUUID()));
    try (ChromaProcess server = new ChromaProcess(there)) {
      String collection = server.create("bench");
      Vectors vectors = SearchData.vectors();
      for (int from = 1; from <= chunks; from += PAGE) {
        List<String> ids = new ArrayList<>();
        List<float[]> page = new ArrayList<>();
        for (int i = from; i < Math.min(chunks + 1, from + PAGE); i++) {
          ids.add(String.valueOf(i));
          page.add(vectors.next());
        }
        Map<String, Object> entries = new HashMap<>();
        entries.put("ids", ids);
        entries.put("embeddings", page);
        server.add(collection, entries);
      }
      if (!brief) {
        awaitIdle(server);
      }
      List<String> bodies =
          data.queries().stream()
              .map(query ->
                  "{\"query_embeddings\":["
                      + Vectors.literal(query, '[', ']')
                      + "],\"n_results\":"
                      + NEAREST
                      + ",\"include\":[\"documents\",\"distances\"]}")
              .toList();
      double rate = hammer(server.query(collection), "", bodies).rate();
      report.figure("ChromaDB" + of, rate, "searches/s");
      report.goal("ratio to ChromaDB" + of, ours / rate, "≥", 2.5);
      report.figure(
          "recall@10 of ChromaDB" + of,
          recall(BARE_EXACT, data, query -> Set.copyOf(server.nearest(collection, query, NEAREST))),
          "");
    }
  }

  /** It builds its index by itself some time after the vectors came. */
  private static void awaitIdle(ChromaProcess server) throws InterruptedException {
    double before = Cores.seconds(server.pid());
    while (true) {
      TimeUnit.SECONDS.sleep(3);
      double now = Cores.seconds(server.pid());
      if (now - before < IDLE) {
        return;
      }
      before = now;
    }
  }
}
