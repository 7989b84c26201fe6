package dev.mordomo.privacy;

import com.fasterxml.jackson.core.type.TypeReference;
import dev.mordomo.kernel.Database;
import dev.mordomo.kernel.Json;
import dev.mordomo.kernel.Scope;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Exports in PostgreSQL, and the rows that go into them: under the policies of whose they are. */
final class ExportStore {
  private static final int PAGE = 500;
  private static final String COLUMNS =
      "id, kind, subject_id, status, counts::text, size, created_at, expires_at";
  private static final String INSERT =
      """
      INSERT INTO export (id, tenant_id, user_id, kind, subject_id, created_at)
      VALUES ($1, $2, $3, $4, $5, $6)
      """;
  private static final String GET = "SELECT " + COLUMNS + " FROM export WHERE id = $1";
  private static final String LIST =
      "SELECT "
          + COLUMNS
          + """
           FROM export WHERE tenant_id = $1 AND user_id = $2 AND ($3::uuid IS NULL OR id < $3)
          ORDER BY id DESC LIMIT $4
          """;
  private static final String READY =
      """
      UPDATE export SET status = 'ready', counts = $2::text::jsonb, size = $3, folder = $4,
        parts = $5, expires_at = $6 WHERE id = $1 AND status = 'running'
      """;
  private static final String FAILED =
      "UPDATE export SET status = 'failed' WHERE id = $1 AND status = 'running'";
  private static final String CLAIM =
      """
      UPDATE export SET status = 'downloaded'
      WHERE id = $1 AND status = 'ready' AND expires_at > $2 RETURNING folder, parts, size
      """;
  private static final String GIVE_BACK =
      "UPDATE export SET status = 'ready' WHERE id = $1 AND status = 'downloaded'";
  private static final TypeReference<Map<String, Long>> COUNTS = new TypeReference<>() {};

  /** Secrets of the house, and what is computed from the rest. */
  private static final String[] LEFT_OUT = {"password_hash", "key_hash", "token_hash", "tsv"};

  private static final String OF_USER = "t.tenant_id = $1 AND t.user_id IS NOT DISTINCT FROM $2";
  private static final String OF_COLLECTION =
      "t.collection_id IN (SELECT c.id FROM collection c WHERE c.tenant_id = $1"
          + " AND c.user_id IS NOT DISTINCT FROM $2)";

  /** What goes in: by the name of its file, the rows of one table. */
  enum Kind {
    ORGANISATION("tenant", "t.id = $1 AND $2::uuid IS NULL"),
    SETTINGS("config_value", "t.tenant_id = $1 AND $2::uuid IS NULL"),
    PROFILE("app_user", "t.tenant_id = $1 AND t.id = $2"),
    SIGN_INS("user_identity", OF_USER, "md5(t.issuer || ' ' || t.subject)::uuid"),
    CONVERSATIONS("conversation", OF_USER),
    MESSAGES("message", OF_USER),
    TURNS("turn", OF_USER),
    ACTIONS("action", OF_USER),
    REMINDERS("reminder", OF_USER),
    COLLECTIONS("collection", OF_USER),
    DOCUMENTS("document", OF_COLLECTION),
    CHUNKS("chunk", OF_COLLECTION),
    CONSENTS("consent", OF_USER),
    API_KEYS("api_key", OF_USER),
    SESSIONS("refresh_token", OF_USER),
    JOBS("job", OF_USER),
    USAGE("usage", OF_USER),
    LOG_LINES("system_log", OF_USER),
    /** What they did and what was done to them; of a tenant every record. */
    AUDIT(
        "audit",
        "t.tenant_id = $1 AND ($2::uuid IS NULL OR t.actor_id = $2::uuid"
            + " OR t.target_type = 'user' AND t.target_id = $2::uuid::text)"),
    ASKED("asked", "t.tenant_id = $1 AND ($2::uuid IS NULL OR t.actor_id = $2::uuid)");

    private final String table;
    private final String sql;

    Kind(String table, String theirs) {
      this(table, theirs, "t.id");
    }

    /**
     * @param id by which the rows are read page by page
     */
    Kind(String table, String theirs, String id) {
      this.table = table;
      String vectors =
          table.equals("chunk")
              ? " || jsonb_build_object('embeddings', (SELECT jsonb_object_agg(m.name, e.e::text)"
                  + " FROM embedding e JOIN embedding_model m ON m.id = e.model_id"
                  + " WHERE e.chunk_id = t.id))"
              : "";
      String notTheirs =
          switch (table) {
            // The names of the machines.
            case "system_log" -> " - 'node'::text";
            // What the chain is made of; and who it was that did something to them, from where.
            case "audit" ->
                " - ARRAY['seq', 'hash', 'salt', 'personal_hash'] - CASE WHEN $2::uuid IS NOT NULL"
                    + " AND t.actor_id IS DISTINCT FROM $2::uuid THEN ARRAY['actor_id',"
                    + " 'credential', 'request_id', 'address', 'user_agent'] ELSE '{}'::text[] END";
            case "asked" -> " - ARRAY['salt', 'personal_hash']";
            default -> "";
          };
      this.sql =
          "SELECT (to_jsonb(t) - $4::text[]"
              + notTheirs
              + vectors
              + ")::text, "
              + id
              + ", "
              + (table.equals("document") ? "t.file_key, t.file_name" : "NULL, NULL")
              + " FROM "
              + table
              + " t WHERE "
              + theirs
              + " AND "
              + id
              + " > $3 ORDER BY "
              + id
              + " LIMIT "
              + PAGE;
    }

    String table() {
      return table;
    }

    /** Whether the system alone may read it: the condition alone says whose rows they are. */
    boolean isOfSystem() {
      return List.of("system_log", "audit", "asked").contains(table);
    }
  }

  /** One row, as JSON; of a document where its file is. */
  record Line(String json, UUID id, Optional<String> fileKey, String fileName) {}

  /** Where a claimed file lies. */
  record Place(String folder, int parts, long size) {}

  private ExportStore() {}

  static void insert(SqlClient connection, Scope who, Export export) {
    Database.run(
        connection,
        INSERT,
        Tuple.of(
            export.id(),
            who.tenantId(),
            who.userId(),
            export.kind().wire(),
            export.subjectId(),
            utc(export.createdAt())));
  }

  static Optional<Export> get(SqlClient connection, UUID id) {
    return all(connection, GET, Tuple.of(id)).stream().findFirst();
  }

  /** Newest first. */
  static List<Export> list(SqlClient connection, Scope who, Optional<UUID> before, int limit) {
    return all(
        connection, LIST, Tuple.of(who.tenantId(), who.userId(), before.orElse(null), limit));
  }

  static void ready(
      SqlClient connection, UUID id, Map<String, Long> counts, Place place, Instant expiresAt) {
    Database.run(
        connection,
        READY,
        Tuple.of(
            id, Json.write(counts), place.size(), place.folder(), place.parts(), utc(expiresAt)));
  }

  static void failed(SqlClient connection, UUID id) {
    Database.run(connection, FAILED, Tuple.of(id));
  }

  /** Empty when it is not ready, was downloaded, has expired, or is not the caller's. */
  static Optional<Place> claim(SqlClient connection, UUID id, Instant at) {
    for (Row row : Database.run(connection, CLAIM, Tuple.of(id, utc(at)))) {
      return Optional.of(new Place(row.getString(0), row.getInteger(1), row.getLong(2)));
    }
    return Optional.empty();
  }

  static void giveBack(SqlClient connection, UUID id) {
    Database.run(connection, GIVE_BACK, Tuple.of(id));
  }

  /**
   * The next rows of a kind.
   *
   * @param user null: what belongs to the tenant and to none of its users
   */
  static List<Line> lines(
      SqlClient connection, Kind kind, UUID tenant, @Nullable UUID user, UUID after) {
    List<Line> lines = new ArrayList<>();
    Tuple key = Tuple.of(tenant, user, after).addArrayOfString(LEFT_OUT);
    for (Row row : Database.run(connection, kind.sql, key)) {
      lines.add(
          new Line(
              row.getString(0),
              row.getUUID(1),
              Optional.ofNullable(row.getString(2)),
              Optional.ofNullable(row.getString(3)).orElse("file")));
    }
    return lines;
  }

  private static List<Export> all(SqlClient connection, String sql, Tuple key) {
    List<Export> all = new ArrayList<>();
    Database.run(connection, sql, key).forEach(row -> all.add(export(row)));
    return all;
  }

  private static Export export(Row row) {
    return new Export(
        row.getUUID(0),
        Erasure.Kind.of(row.getString(1)),
        row.getUUID(2),
        Export.Status.of(row.getString(3)),
        Json.read(row.getString(4), COUNTS),
        row.getLong(5),
        row.getOffsetDateTime(6).toInstant(),
        Optional.ofNullable(row.getOffsetDateTime(7)).map(OffsetDateTime::toInstant));
  }

  private static OffsetDateTime utc(Instant at) {
    return at.atOffset(ZoneOffset.UTC);
  }
}
