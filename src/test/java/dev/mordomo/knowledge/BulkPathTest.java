package dev.mordomo.knowledge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mordomo.kernel.Ids;
import dev.mordomo.kernel.Scope;
import dev.mordomo.knowledge.SearchRequest.QueryVector;
import dev.mordomo.knowledge.text.ChunkKind;
import dev.mordomo.knowledge.text.TextChunk;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What arrives in bulk is found from its commit on, before, while and after it comes into an index.
 * Scopes of any size go along the index here.
 */
final class BulkPathTest {
  private static final int DIMENSIONS = 384;

  @TempDir Path folder;
  private final Random random = new Random(11);
  private TestKnowledge knowledge;
  private Scope ana;
  private UUID collection;
  private int number;

  @BeforeEach
  void open() {
    KnowledgeConfig d = KnowledgeConfig.DEFAULT;
    knowledge =
        new TestKnowledge(
            folder,
            new KnowledgeConfig(
                d.extraction(),
                d.inlineBytes(),
                d.chunking(),
                d.parallelReaders(),
                0,
                d.vectorWeight(),
                d.textWeight(),
                d.passages(),
                d.reranked(),
                d.backfillShare(),
                64));
    ana = knowledge.user();
    collection = knowledge.collection(ana, CollectionScope.TENANT);
  }

  @AfterEach
  void close() {
    knowledge.close();
  }

  private float[] vector() {
    float[] vector = new float[DIMENSIONS];
    for (int i = 0; i < DIMENSIONS; i++) {
      vector[i] = (float) random.nextGaussian();
    }
    return vector;
  }

  /** In one transaction, as an import's page does it. */
  private List<float[]> arrive(int n) {
    List<float[]> vectors = IntStream.range(0, n).mapToObj(i -> vector()).toList();
    List<ImportStore.Imported> entries = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      String text = "entrada " + ++number;
      entries.add(
          new ImportStore.Imported(
              Ids.next(),
              Ids.next(),
              "test:" + number,
              DocumentPreparation.sha256(TestKnowledge.bytes(text)),
              new TextChunk(0, text, "", text, 0, text.length(), 0, "pt", ChunkKind.PROSE),
              Map.of("even", number % 2 == 0)));
    }
    short model = knowledge.service.models().current().id();
    knowledge
        .db
        .database()
        .bulk(
            ana,
            c -> {
              ImportStore.insert(
                  c, collection, entries, new EmbeddedChunks(model, vectors), true, Instant.EPOCH);
              return n;
            });
    return vectors;
  }

  private List<SearchHit> nearest(float[] vector, SearchFilter filter) {
    return knowledge
        .service
        .search(
            ana,
            new SearchRequest(
                Optional.empty(),
                Optional.of(new QueryVector(knowledge.model.name(), vector)),
                Optional.empty(),
                filter,
                10,
                Optional.of(0.0),
                SearchMode.SEMANTIC))
        .hits();
  }

  private void assertFound(List<float[]> vectors) {
    for (float[] vector : vectors) {
      List<SearchHit> hits = nearest(vector, SearchFilter.NONE);
      assertEquals(10, hits.size());
      assertEquals(1.0, hits.getFirst().similarity(), 0.001);
      assertTrue(hits.get(1).similarity() < 0.9, "each is there once");
    }
  }

  private String text(String sql) throws SQLException {
    try (Connection owner = knowledge.db.owner();
        var statement = owner.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      rows.next();
      return rows.getString(1);
    }
  }

  private String indexes() throws SQLException {
    return text(
        "SELECT string_agg(indexname, ' ' ORDER BY indexname) FROM pg_indexes WHERE indexdef LIKE"
            + " '%USING hnsw%'");
  }

  private long arrived() {
    return VectorIndexStore.arrived(knowledge.db.database());
  }

  @Test
  void manyAreFoundExactlyUntilANewIndexCoversThem() throws SQLException {
    List<float[]> first = arrive(300);
    assertEquals(300, arrived());
    assertFound(first.subList(0, 5));
    assertEquals("embedding_m1_hnsw", indexes());
    assertEquals("0", text("SELECT count(*) FROM embedding WHERE segment = 0"));

    assertEquals(VectorIndex.Round.DONE, knowledge.service.vectorIndex().keepUp());
    assertEquals(0, arrived());
    assertEquals("embedding_m1_hnsw_s1", indexes());
    assertFound(first.subList(0, 5));

    List<float[]> second = arrive(300);
    assertEquals("300", text("SELECT count(*) FROM embedding WHERE segment = 2"));
    assertFound(second.subList(0, 5));
    assertFound(first.subList(5, 10));
    assertEquals(
        5,
        nearest(
                second.getFirst(),
                new SearchFilter(Optional.empty(), Optional.empty(), Map.of("even", true)))
            .stream()
            .filter(hit -> Boolean.TRUE.equals(hit.metadata().get("even")))
            .limit(5)
            .count());
    assertEquals(VectorIndex.Round.DONE, knowledge.service.vectorIndex().keepUp());
    assertEquals("embedding_m1_hnsw_s2", indexes());
    assertFound(second.subList(5, 10));
    assertFound(first.subList(0, 5));
    assertEquals(VectorIndex.Round.NOTHING, knowledge.service.vectorIndex().keepUp());
  }

  @Test
  void fewArePutIntoTheIndexThatIsThere() throws SQLException {
    List<float[]> many = arrive(400);
    knowledge.service.vectorIndex().keepUp();
    List<float[]> few = arrive(50);
    assertFound(few.subList(0, 5));
    knowledge.service.vectorIndex().keepUp();
    assertEquals(0, arrived());
    assertEquals("embedding_m1_hnsw_s1", indexes());
    assertEquals("50", text("SELECT count(*) FROM embedding WHERE segment = 0"));
    assertFound(few.subList(0, 5));
    assertFound(many.subList(0, 5));
  }

  @Test
  void aLongDocumentsPassagesGoToTheSegmentAndAShortOnesIntoTheIndex() throws SQLException {
    knowledge.add(ana, collection, "Curto", "Uma frase só.");
    assertEquals(0, arrived());
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < ChunkStore.MANY; i++) {
      text.append("# Verbete ")
          .append(i)
          .append("\n\nO verbete ")
          .append(i)
          .append(" diz algo.\n\n");
    }
    Document document = knowledge.add(ana, collection, "Longo", text.toString());
    assertTrue(document.chunkCount() >= ChunkStore.MANY, "chunks: " + document.chunkCount());
    assertEquals(document.chunkCount(), arrived());
    assertTrue(knowledge.titles(ana, "verbete 77").contains("Longo"));
    knowledge.service.vectorIndex().keepUp();
    assertTrue(knowledge.titles(ana, "verbete 77").contains("Longo"));
    assertEquals(0, arrived());
  }

  /** As a process leaves it that died after the build and before the switch. */
  @Test
  void whatABrokenOffBuildLeftIsClearedAway() throws SQLException {
    List<float[]> vectors = arrive(200);
    try (Connection owner = knowledge.db.owner();
        var statement = owner.createStatement()) {
      statement.execute("UPDATE embedding_model SET open_segment = 2");
      statement.execute(
          "CREATE INDEX embedding_m1_hnsw_s1 ON embedding_m1 USING hnsw ((e::halfvec(384))"
              + " halfvec_cosine_ops) WHERE segment <= 1");
    }
    assertFound(vectors.subList(0, 5));
    knowledge.service.vectorIndex().keepUp();
    assertEquals("embedding_m1_hnsw_s2", indexes());
    assertFound(vectors.subList(0, 5));
  }

  @Test
  void oneAtATimeBuilds() {
    arrive(100);
    VectorIndex.Round second =
        knowledge
            .db
            .database()
            .upkeep(connection -> {
              assertTrue(VectorIndexStore.tryLock(connection));
              return knowledge.service.vectorIndex().keepUp();
            });
    assertEquals(VectorIndex.Round.ELSEWHERE, second);
    assertEquals(VectorIndex.Round.DONE, knowledge.service.vectorIndex().keepUp());
  }

  @Test
  void searchesAndWritesMeanwhileAreRight()
      throws InterruptedException, ExecutionException, TimeoutException, SQLException {
    List<float[]> first = arrive(1_500);
    AtomicBoolean over = new AtomicBoolean();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<Integer> searching =
          threads.submit(() -> {
            int searches = 0;
            while (!over.get()) {
              assertFound(first.subList(searches % 100, searches % 100 + 5));
              searches += 5;
            }
            return searches;
          });
      Future<VectorIndex.Round> building =
          threads.submit(() -> knowledge.service.vectorIndex().keepUp());
      List<float[]> meanwhile = new ArrayList<>();
      int documents = 0;
      while (!building.isDone()) {
        meanwhile.addAll(arrive(20));
        Document added =
            knowledge.add(ana, collection, "Aviso " + number, "O aviso " + number + ".");
        documents++;
        if (documents % 2 == 0) {
          knowledge.service.deleteDocument(ana, added.id());
        }
      }
      assertEquals(VectorIndex.Round.DONE, building.get());
      assertFound(meanwhile);
      knowledge.service.vectorIndex().keepUp();
      assertFound(meanwhile);
      over.set(true);
      assertTrue(searching.get(30, TimeUnit.SECONDS) > 0);
      assertEquals(0, arrived());
      assertEquals(
          String.valueOf(1_500 + meanwhile.size() + (documents + 1) / 2),
          text("SELECT chunk_count FROM collection WHERE id = '" + collection + "'"));
    }
  }
}
