package dev.mordomo.bench;

import dev.mordomo.ApiClient;
import dev.mordomo.RunningApp;
import dev.mordomo.kernel.Json;
import dev.mordomo.kernel.Scope;
import dev.mordomo.knowledge.BulkLoad;
import dev.mordomo.knowledge.ChromaProcess;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/**
 * The same vectors with short texts into ChromaDB and into Mordomo, in pages of 500: rows a second
 * from the first byte to the last row's being found by a search; when the vector index has them;
 * what that does to searches of another collection. Then documents of text, beside the embedding
 * model alone.
 */
final class IngestBench {
  private static final int PAGE = 500;
  private static final int CLIENTS = 2;
  private static final int QUERIES = 500;
  private static final double NANOS = 1e9;
  private static final String MODEL = "embedded/gloss-minilm";

  private final Report report;
  private final Path folder;
  private final boolean brief;
  private final int rows;
  private final Vectors vectors = new Vectors(7);

  /** So many rows, ready to be sent. */
  private record Page(List<String> ids, List<String> texts, List<float[]> vectors) {}

  IngestBench(Report report, Path folder, boolean brief) {
    this.report = report;
    this.folder = folder;
    this.brief = brief;
    this.rows = brief ? 2_000 : 50_000;
  }

  void run() throws Exception {
    List<Page> pages = pages();
    double chroma = chroma(pages);
    try (RunningApp app = new RunningApp(Map.of("knowledge.manual", "false"))) {
      Scope root = superuser(app);
      ApiClient client = ApiClient.signIn(app.url());
      double ours = load(app, root, client, pages);
      report.goal("ratio to ChromaDB", ours / chroma, "≥", 1.5);
      meanwhile(app, root, client);
      new IngestTextBench(report, folder, brief).run(app.knowledge(), root);
    }
  }

  private List<Page> pages() {
    List<Page> pages = new ArrayList<>();
    for (int from = 0; from < rows; from += PAGE) {
      Page page = new Page(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
      for (int i = from; i < Math.min(rows, from + PAGE); i++) {
        page.ids().add("id-" + i);
        page.texts()
            .add(
                "Passage "
                    + i
                    + " says in some twenty words what a short passage of a book may say.");
        page.vectors().add(vectors.next());
      }
      pages.add(page);
    }
    return pages;
  }

  private double chroma(List<Page> pages) throws Exception {
    Path data = Files.createDirectories(folder.resolve("chroma-" + UUID.randomUUID()));
    try (ChromaProcess server = new ChromaProcess(data)) {
      String collection = server.create("bench");
      long start = System.nanoTime();
      for (Page page : pages) {
        Map<String, Object> entries = new HashMap<>();
        entries.put("ids", page.ids());
        entries.put("documents", page.texts());
        entries.put("embeddings", page.vectors());
        server.add(collection, entries);
      }
      String last = pages.getLast().ids().getLast();
      float[] vector = pages.getLast().vectors().getLast();
      while (!server.nearest(collection, vector, 1).contains(last)) {
        TimeUnit.MILLISECONDS.sleep(5);
      }
      double rate = rows / ((System.nanoTime() - start) / NANOS);
      report.figure("ChromaDB, to searchable", rate, "rows/s");
      return rate;
    }
  }

  private double load(RunningApp app, Scope root, ApiClient client, List<Page> pages)
      throws Exception {
    try (BulkLoad load = new BulkLoad(app.knowledge(), root, "bench")) {
      long start = System.nanoTime();
      for (Page page : pages) {
        load.page(page.ids(), page.texts(), page.vectors());
      }
      float[] vector = pages.getLast().vectors().getLast();
      String last = pages.getLast().texts().getLast();
      while (!client
          .post("/v1/search", query(vector, load.collection()))
          .path("hits")
          .path(0)
          .path("text")
          .asText()
          .equals(last)) {
        TimeUnit.MILLISECONDS.sleep(5);
      }
      double rate = rows / ((System.nanoTime() - start) / NANOS);
      report.figure("Mordomo, to searchable", rate, "rows/s");
      load.index();
      report.figure("Mordomo, to indexed", rows / ((System.nanoTime() - start) / NANOS), "rows/s");
      return rate;
    }
  }

  private static Map<String, Object> query(float[] vector, UUID collection) {
    return Map.of(
        "embedding",
        vector,
        "embedding_model",
        MODEL,
        "mode",
        "semantic",
        "threshold",
        0,
        "limit",
        10,
        "collections",
        List.of(collection));
  }

  /** Searches of what is indexed, alone, then while as much again arrives and is indexed. */
  private void meanwhile(RunningApp app, Scope root, ApiClient client) throws Exception {
    try (BulkLoad known = new BulkLoad(app.knowledge(), root, "bench");
        BulkLoad load = new BulkLoad(app.knowledge(), root, "more")) {
      List<String> bodies = new ArrayList<>();
      for (int i = 0; i < QUERIES; i++) {
        bodies.add(Json.write(query(vectors.next(), known.collection())));
      }
      List<Page> pages = pages();
      try (Hammer hammer =
          new Hammer(URI.create(app.url() + "/v1/search"), client.token(), bodies, CLIENTS)) {
        TimeUnit.SECONDS.sleep(brief ? 2 : 15);
        hammer.begin();
        TimeUnit.SECONDS.sleep(brief ? 2 : 15);
        double alone = hammer.end().p95Millis();
        report.figure("p95 of searches, alone", alone, "ms");
        hammer.begin();
        long start = System.nanoTime();
        for (Page page : pages) {
          load.page(page.ids(), page.texts(), page.vectors());
        }
        double arriving = hammer.end().p95Millis();
        report.figure(
            "Mordomo, loaded beside searches",
            rows / ((System.nanoTime() - start) / NANOS),
            "rows/s");
        hammer.begin();
        load.index();
        double indexing = hammer.end().p95Millis();
        report.goal("p95 while it arrives, to alone", arriving / alone, "≤", 2);
        report.goal("p95 while it is indexed, to alone", indexing / alone, "≤", 2);
      }
    }
  }

  private static Scope superuser(RunningApp app) throws Exception {
    try (Connection owner = app.database().owner();
        var query = owner.prepareStatement("SELECT tenant_id, id FROM app_user WHERE email = ?")) {
      query.setString(1, RunningApp.EMAIL);
      try (var found = query.executeQuery()) {
        found.next();
        return new Scope(
            found.getObject(1, UUID.class), found.getObject(2, UUID.class), "superuser");
      }
    }
  }
}
