package dev.mordomo.knowledge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mordomo.kernel.Database;
import dev.mordomo.kernel.Scope;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** At size, and as the app login: which way a search goes, and that both ways find the same. */
final class SearchRouteTest {
  /** Vectors in 200 clusters, as texts have topics; every tenth chunk is the small tenant's. */
  private static final String FILL =
      """
      CREATE TEMP TABLE topic AS SELECT t, array_agg(random() - 0.5 ORDER BY i) AS v
        FROM generate_series(0, 199) t, generate_series(1, 384) i GROUP BY t;
      INSERT INTO document (id, collection_id, tenant_id, title, source_type, sha256, status, chunk_count)
        SELECT gen_random_uuid(), c.id, c.tenant_id, 'bulk', 'txt', '\\x00', 'indexed', n
        FROM (VALUES ('%1$s'::uuid, 18000), ('%2$s'::uuid, 2000)) AS w (id, n) JOIN collection c ON c.id = w.id;
      INSERT INTO chunk (id, document_id, collection_id, tenant_id, chunk_index, text, fingerprint, tsv)
        SELECT gen_random_uuid(), d.id, d.collection_id, d.tenant_id, i, 'x', '\\x00', ''
        FROM document d, generate_series(1, d.chunk_count) i WHERE d.title = 'bulk';
      INSERT INTO embedding (model_id, chunk_id, collection_id, tenant_id, e)
        SELECT 1, c.id, c.collection_id, c.tenant_id,
          (SELECT array_agg(x + (random() - 0.5) * 0.6) FROM unnest(t.v) x WHERE c.id IS NOT NULL)::real[]::vector::halfvec
        FROM chunk c JOIN topic t ON t.t = c.chunk_index %% 200 WHERE c.text = 'x';
      ANALYZE chunk, document, embedding_m1, collection;
      """;

  private static final String SEARCH =
      """
      SELECT chunk_id, similarity FROM search_chunks($1, $2, $3, 'test/words', $4, NULL, '', 'semantic',
        NULL, $6, NULL, NULL, 10, 0, 1, 1, $5)
      """;

  private static final String WORDS =
      """
      SELECT chunk_id FROM search_chunks($1, $2, $3, 'test/words', NULL, $4, 'pt', 'text',
        NULL, NULL, NULL, NULL, 10, 0, 1, 1, 5000)
      """;

  @TempDir static Path folder;
  private static TestKnowledge knowledge;
  private static Scope large;
  private static Scope small;

  @BeforeAll
  static void open() throws SQLException {
    knowledge = new TestKnowledge(folder);
    large = knowledge.user();
    small = knowledge.user();
    UUID much = knowledge.collection(large, CollectionScope.TENANT);
    UUID little = knowledge.collection(small, CollectionScope.TENANT);
    try (Connection owner = knowledge.db.owner();
        var statement = owner.createStatement()) {
      // The index is built after the fill, which takes a third of the time.
      statement.execute("SET maintenance_work_mem = '256MB'; DROP INDEX embedding_m1_hnsw");
      statement.execute(FILL.formatted(much, little));
      statement.execute(
          "CREATE INDEX embedding_m1_hnsw ON embedding_m1"
              + " USING hnsw ((e::halfvec(384)) halfvec_cosine_ops) WHERE segment <= 0");
    }
  }

  @AfterAll
  static void close() {
    knowledge.close();
  }

  @Test
  void aLargeScopeIsSearchedByTheIndexOfItsPartition() throws SQLException {
    assertEquals(1, indexScans(large, 5_000, null));
  }

  @Test
  void aSmallScopeIsSearchedExactly() throws SQLException {
    assertEquals(0, indexScans(small, 5_000, null));
  }

  @Test
  void whatTheIndexCannotFillIsFoundExactly() throws SQLException {
    assertEquals(1, indexScans(large, 5_000, "pt"));
  }

  @Test
  void bothWaysFindTheSame() throws SQLException {
    int found = 0;
    int wanted = 0;
    for (Float[] query : someVectors(30)) {
      List<UUID> exact = hits(large, query, 1_000_000);
      List<UUID> indexed = hits(large, query, 0);
      assertEquals(10, exact.size());
      wanted += exact.size();
      indexed.retainAll(exact);
      found += indexed.size();
    }
    assertTrue(found >= wanted * 0.95, "recall " + (double) found / wanted);
  }

  @Test
  void aTenthOfTheRowsIsFoundWholeThroughTheIndex() throws SQLException {
    for (Float[] query : someVectors(10)) {
      List<UUID> indexed = hits(small, query, 0);
      assertEquals(10, indexed.size());
      indexed.retainAll(hits(small, query, 1_000_000));
      assertTrue(indexed.size() >= 8);
    }
  }

  @Test
  void wordsAreFoundAlongTheFullTextIndexAndMistypedNamesByTrigrams() {
    UUID collection = knowledge.collection(large, CollectionScope.TENANT);
    knowledge.add(large, collection, "Aves", "# Ornitorrinco\n\nTem bico de pato.");
    assertEquals(List.of(2L, 0L), scans("bico de pato"), "a scan for each word");
    List<Long> mistyped = scans("ornitorinco");
    assertTrue(mistyped.getFirst() >= 1 && mistyped.getLast() >= 1, mistyped.toString());
  }

  /** Of the indexes of words and of headings, in one search that finds something by words. */
  private static List<Long> scans(String question) {
    return knowledge
        .db
        .database()
        .as(
            large,
            c -> {
              List<Long> before =
                  List.of(scansSoFar(c, "chunk_tsv"), scansSoFar(c, "chunk_heading"));
              Tuple key = Tuple.of(large.tenantId(), large.userId(), large.role(), question);
              assertTrue(Database.run(c, WORDS, key).rowCount() > 0);
              return List.of(
                  scansSoFar(c, "chunk_tsv") - before.getFirst(),
                  scansSoFar(c, "chunk_heading") - before.getLast());
            });
  }

  /** Scans of the vector index in one search, as the server counts them for the transaction. */
  private static long indexScans(
      Scope who, int exactUpTo, @org.jspecify.annotations.Nullable String language)
      throws SQLException {
    Float[] query = someVectors(1).getFirst();
    return knowledge
        .db
        .database()
        .as(
            who,
            c -> {
              long before = scansSoFar(c, "embedding_m1_hnsw");
              RowSet<Row> rows =
                  Database.run(c, SEARCH, parameters(who, query, exactUpTo, language));
              assertEquals(language == null ? 10 : 0, rows.size());
              return scansSoFar(c, "embedding_m1_hnsw") - before;
            });
  }

  private static long scansSoFar(SqlConnection connection, String index) {
    return Database.run(
            connection, "SELECT pg_stat_get_xact_numscans($1::text::regclass)", Tuple.of(index))
        .iterator()
        .next()
        .getLong(0);
  }

  private static List<UUID> hits(Scope who, Float[] query, int exactUpTo) {
    List<UUID> ids = new ArrayList<>();
    knowledge
        .db
        .database()
        .call(SEARCH, parameters(who, query, exactUpTo, null))
        .forEach(row -> ids.add(row.getUUID(0)));
    return ids;
  }

  private static Tuple parameters(
      Scope who, Float[] query, int exactUpTo, @org.jspecify.annotations.Nullable String language) {
    Tuple parameters = Tuple.of(who.tenantId(), who.userId(), who.role());
    return parameters.addArrayOfFloat(query).addInteger(exactUpTo).addString(language);
  }

  private static List<Float[]> someVectors(int n) throws SQLException {
    List<Float[]> vectors = new ArrayList<>();
    try (Connection owner = knowledge.db.owner();
        var query =
            owner.prepareStatement(
                "SELECT e::vector::real[] FROM embedding_m1 ORDER BY chunk_id LIMIT " + n);
        var rows = query.executeQuery()) {
      while (rows.next()) {
        vectors.add((Float[]) rows.getArray(1).getArray());
      }
    }
    return vectors;
  }
}
