package dev.mordomo.knowledge;

import dev.mordomo.kernel.Database;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/** The table {@code embedding_model}, and what is done for all tenants when the model changes. */
final class EmbeddingModelStore {
  private static final String ADD = "SELECT add_embedding_model($1, $2)";
  private static final String ACTIVE =
      "SELECT id, name, dimensions FROM embedding_model WHERE is_active";
  private static final String HOLD = "SELECT hold_embedding_model($1)";
  private static final String GAP = "SELECT missing, total FROM embedding_gap($1)";
  private static final String NEXT =
      "SELECT id, fingerprint, title, heading, text, tenant_id FROM chunks_to_embed($1, $2, $3)";
  private static final String STORE = "SELECT store_embeddings($1, $2, $3, $4)";
  private static final String SWITCH = "SELECT switch_embedding_model($1)";

  /** Says what one server wants, and asks whether another one wants the model that is active. */
  private static final String WISH =
      """
      WITH mine AS (
        INSERT INTO embedding_wish (server, model, seen_at) VALUES ($1, $2, now())
        ON CONFLICT (server) DO UPDATE SET model = excluded.model, seen_at = excluded.seen_at
      ), gone AS (
        DELETE FROM embedding_wish WHERE seen_at < now() - interval '1 hour' AND server <> $1
      )
      SELECT EXISTS (SELECT FROM embedding_wish w JOIN embedding_model m ON m.name = w.model
        WHERE m.is_active AND w.server <> $1 AND w.seen_at > now() - interval '90 seconds')
      """;

  private static final String FORGET = "DELETE FROM embedding_wish WHERE server = $1";
  private static final String DROP = "SELECT drop_embedding_model($1)";

  record Row(short id, String name, int dimensions) {}

  /** A chunk without a vector. */
  record Bare(
      UUID id,
      String fingerprint,
      String title,
      String heading,
      String text,
      Optional<UUID> tenantId) {}

  record Gap(long missing, long total) {}

  private EmbeddingModelStore() {}

  /** The model's number; its partition and index are made where they are missing. */
  static short add(Database database, String name, int dimensions) {
    return database.callSystem(ADD, Tuple.of(name, dimensions)).iterator().next().getShort(0);
  }

  static Row active(Database database) {
    var row = database.callSystem(ACTIVE, Tuple.tuple()).iterator().next();
    return new Row(row.getShort(0), row.getString(1), row.getInteger(2));
  }

  /** Whether it is active, and stays so until the transaction ends. */
  static boolean hold(SqlClient connection, short model) {
    return Database.run(connection, HOLD, Tuple.of(model)).iterator().next().getBoolean(0);
  }

  static Gap gap(Database database, short model) {
    var row = database.callSystem(GAP, Tuple.of(model)).iterator().next();
    return new Gap(row.getLong(0), row.getLong(1));
  }

  /** The next ones by id. */
  static List<Bare> next(Database database, short model, UUID after, int n) {
    List<Bare> bare = new ArrayList<>();
    database
        .callSystem(NEXT, Tuple.of(model, after, n))
        .forEach(row ->
            bare.add(
                new Bare(
                    row.getUUID(0),
                    row.getString(1),
                    row.getString(2),
                    row.getString(3),
                    row.getString(4),
                    Optional.ofNullable(row.getUUID(5)))));
    return bare;
  }

  /** To every chunk with one of these texts; gives how many those were. */
  static long store(
      Database database, short model, List<String> fingerprints, List<float[]> vectors) {
    Tuple row =
        Tuple.of(model)
            .addArrayOfString(fingerprints.toArray(String[]::new))
            .addArrayOfFloat(ChunkStore.flat(vectors))
            .addInteger(vectors.getFirst().length);
    return database.callSystem(STORE, row).iterator().next().getLong(0);
  }

  /** False while some chunk lacks its vector. */
  static boolean switchTo(Database database, short model) {
    return database.callSystem(SWITCH, Tuple.of(model)).iterator().next().getBoolean(0);
  }

  /**
   * Notes that a server runs and which model it wants.
   *
   * @return whether another one that runs wants the active one
   */
  static boolean wish(Database database, UUID server, String model) {
    return database.callSystem(WISH, Tuple.of(server, model)).iterator().next().getBoolean(0);
  }

  /** Does not wait long: it is forgotten by itself as well, later. */
  static void forget(Database database, UUID server) {
    Database.await(database.callSystemAsync(FORGET, Tuple.of(server)).timeout(2, TimeUnit.SECONDS));
  }

  static void drop(Database database, String name) {
    database.callSystem(DROP, Tuple.of(name));
  }
}
