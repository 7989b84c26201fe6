package dev.mordomo.bench;

import dev.mordomo.bench.People.Person;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Supplier;
import org.postgresql.PGConnection;

/**
 * Chunks of several tenants in the database of a search benchmark: nine tenths are the first
 * superuser's tenant's, a thousandth the smallest's, and others between. Beside them the same
 * vectors in a bare table of pgvector, and the questions.
 */
final class SearchData {
  static final String DATABASE = "bench_search";
  static final int QUERIES = 1000;
  private static final int CHUNKS_OF_DOCUMENT = 50;

  private final Postgres postgres;
  private final String database;
  private final int chunks;
  private final List<float[]> queries = new ArrayList<>();
  private short model;
  private String tenant = "";
  private String user = "";
  private List<Person> people = List.of();

  SearchData(Postgres postgres, int chunks) {
    this(postgres, DATABASE, chunks);
  }

  SearchData(Postgres postgres, String database, int chunks) {
    this.postgres = postgres;
    this.database = database;
    this.chunks = chunks;
  }

  /** Always the same ones. */
  static Vectors vectors() {
    return new Vectors(7);
  }

  List<float[]> queries() {
    return queries;
  }

  short model() {
    return model;
  }

  String tenant() {
    return tenant;
  }

  String user() {
    return user;
  }

  /** Who sees a thousandth of the chunks. */
  Person ofTheSmallest() {
    return people.getLast();
  }

  /**
   * @param collection of the largest tenant
   */
  void fill(String collection, String modelName, Report report) throws Exception {
    try (Connection owner = postgres.connect(database);
        Statement statement = owner.createStatement()) {
      statement.execute("SET maintenance_work_mem = '2GB'");
      List<UUID> shelves = shelves(owner, collection);
      copyVectors(owner, statement);
      report.say("chunks and their vectors");
      rows(statement, shelves, modelName);
      report.say("the index");
      List<String> indexes = dropVectorIndexes(statement);
      embeddings(statement, modelName);
      for (String index : indexes) {
        statement.execute(index);
      }
      report.say("the bare table of pgvector");
      statement.execute(
          "CREATE TABLE bench_bare AS SELECT id, e::vector(384) AS e FROM bench_vector;"
              + " ALTER TABLE bench_bare ADD PRIMARY KEY (id);"
              + " CREATE INDEX bench_bare_hnsw ON bench_bare USING hnsw (e vector_cosine_ops)");
      statement.execute("DROP TABLE bench_vector");
      statement.execute("VACUUM ANALYZE");
    }
  }

  /** Of tenants with 90, 8.9, 1 and 0.1 of a hundred. */
  private List<UUID> shelves(Connection owner, String collection) throws Exception {
    people = People.make(owner, 3);
    List<UUID> shelves = new ArrayList<>(List.of(UUID.fromString(collection)));
    try (var insert =
        owner.prepareStatement(
            "INSERT INTO collection (id, tenant_id, scope, name) VALUES (?, ?, 'tenant',"
                + " 'bench')")) {
      for (Person person : people) {
        UUID shelf = UUID.randomUUID();
        shelves.add(shelf);
        insert.setObject(1, shelf);
        insert.setObject(2, person.tenant());
        insert.executeUpdate();
      }
    }
    try (var find =
        owner.prepareStatement(
            "SELECT c.tenant_id, u.id FROM collection c JOIN app_user u USING (tenant_id) WHERE"
                + " c.id = ?::uuid LIMIT 1")) {
      find.setString(1, collection);
      try (var found = find.executeQuery()) {
        found.next();
        tenant = found.getString(1);
        user = found.getString(2);
      }
    }
    return shelves;
  }

  private void copyVectors(Connection owner, Statement statement) throws SQLException {
    Vectors vectors = vectors();
    statement.execute(
        "CREATE TABLE bench_vector (id int PRIMARY KEY, e halfvec(384));"
            + " CREATE TABLE bench_query (id int PRIMARY KEY, v real[])");
    copy(owner, "bench_vector", chunks, '[', ']', vectors::next);
    for (int i = 0; i < QUERIES; i++) {
      queries.add(vectors.next());
    }
    copy(owner, "bench_query", QUERIES, '{', '}', queries.iterator()::next);
  }

  private static void copy(
      Connection owner, String table, int rows, char open, char close, Supplier<float[]> vectors)
      throws SQLException {
    var copy =
        owner.unwrap(PGConnection.class).getCopyAPI().copyIn("COPY " + table + " FROM STDIN");
    for (int i = 1; i <= rows; i++) {
      float[] vector = vectors.get();
      byte[] line =
          (i + "\t" + Vectors.literal(vector, open, close) + "\n").getBytes(StandardCharsets.UTF_8);
      copy.writeToCopy(line, 0, line.length);
    }
    copy.endCopy();
  }

  private void rows(Statement statement, List<UUID> shelves, String modelName) throws SQLException {
    int documents = chunks / CHUNKS_OF_DOCUMENT;
    int tiny = Math.max(1, documents / 1000);
    int small = Math.max(1, documents / 100);
    int middle = documents * 89 / 1000;
    statement.execute(
        """
        INSERT INTO document (id, collection_id, tenant_id, title, source_type, sha256, status, chunk_count)
        SELECT gen_random_uuid(), c.id, c.tenant_id, 'document ' || g, 'txt', sha256(g::text::bytea), 'indexed', %1$d
        FROM generate_series(1, %2$d) g JOIN collection c ON c.id = CASE
          WHEN g <= %3$d THEN '%4$s'::uuid WHEN g <= %5$d THEN '%6$s'::uuid
          WHEN g <= %7$d THEN '%8$s'::uuid ELSE '%9$s'::uuid END
        """
            .formatted(
                CHUNKS_OF_DOCUMENT,
                documents,
                tiny,
                shelves.get(3),
                tiny + small,
                shelves.get(2),
                tiny + small + middle,
                shelves.get(1),
                shelves.get(0)));
    statement.execute(
        """
        INSERT INTO chunk (id, document_id, collection_id, tenant_id, chunk_index, text, language, fingerprint, tsv, indexed_at)
        SELECT gen_random_uuid(), d.id, d.collection_id, d.tenant_id, i, 'passage ' || i || repeat(' words of a passage', 20),
          'en', sha256((d.id || ':' || i)::bytea), to_tsvector('english', 'passage ' || i || ' of ' || d.title), now()
        FROM document d, generate_series(1, %d) i WHERE d.title LIKE 'document %%' AND d.source_type = 'txt'
        """
            .formatted(CHUNKS_OF_DOCUMENT));
    try (var found =
        statement.executeQuery("SELECT id FROM embedding_model WHERE name = '" + modelName + "'")) {
      found.next();
      model = found.getShort(1);
    }
  }

  private void embeddings(Statement statement, String modelName) throws SQLException {
    statement.execute(
        """
        INSERT INTO embedding (model_id, chunk_id, collection_id, tenant_id, e)
        SELECT m.id, c.id, c.collection_id, c.tenant_id, v.e
        FROM (SELECT *, row_number() OVER (ORDER BY id) AS n FROM chunk WHERE text LIKE 'passage %%words of a passage') c
          JOIN bench_vector v ON v.id = c.n, embedding_model m WHERE m.name = '%s'
        """
            .formatted(modelName));
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
}
