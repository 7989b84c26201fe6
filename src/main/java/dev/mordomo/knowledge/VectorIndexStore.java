package dev.mordomo.knowledge;

import dev.mordomo.kernel.Database;
import io.vertx.sqlclient.Tuple;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/**
 * The indexes of the partitions of {@code embedding}, as their owner. Names and numbers that stand
 * in the statements are the database's own: nothing that anybody sent.
 */
final class VectorIndexStore {
  private static final String ARRIVED = "SELECT arrived_vectors()";
  private static final String LOCK =
      "SELECT pg_try_advisory_lock(hashtext('mordomo.vector_index'))::int";
  private static final String SEGMENTS =
      "SELECT id, dimensions, indexed_segment FROM embedding_model ORDER BY is_active DESC, id";
  private static final String ARRIVED_OF_MODEL =
      "SELECT count(*) FROM embedding_m%d WHERE segment > 0 AND segment > %d";
  private static final String ALL = "SELECT count(*) FROM embedding_m%d";

  /** In the order of the small index, so that deletions and updates by others seldom wait. */
  private static final String PUT =
      """
      UPDATE embedding_m%1$d SET segment = 0 WHERE chunk_id IN (
        SELECT chunk_id FROM embedding_m%1$d WHERE segment > 0 AND segment > %2$d
        ORDER BY collection_id, segment LIMIT %3$d FOR UPDATE SKIP LOCKED)
      """;

  /** What comes from now on is for the index after this one. */
  private static final String CLOSE =
      """
      UPDATE embedding_model SET open_segment = open_segment + 1 WHERE id = %d
      RETURNING open_segment - 1
      """;

  private static final String BUILD =
      """
      CREATE INDEX CONCURRENTLY %s ON embedding_m%d
        USING hnsw ((e::halfvec(%d)) halfvec_cosine_ops) WHERE segment <= %d
      """;
  private static final String COVERED =
      "UPDATE embedding_model SET indexed_segment = %2$d WHERE id = %1$d";
  private static final String SEARCHED = "SELECT make_nearest(%1$d::smallint, %2$d, %3$d)";
  private static final String INDEXES =
      """
      SELECT i.relname FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid
      WHERE x.indrelid = 'embedding_m%1$d'::regclass AND i.relname LIKE 'embedding\\_m%1$d\\_hnsw%%'
      """;
  private static final String DROP = "DROP INDEX CONCURRENTLY IF EXISTS %s";

  /**
   * @param indexed the last one that the index covers
   */
  record Segments(short model, int dimensions, int indexed) {
    /** Of the index that covers them. */
    String index() {
      return "embedding_m" + model + "_hnsw" + (indexed == 0 ? "" : "_s" + indexed);
    }
  }

  private VectorIndexStore() {}

  /** Of all models, how many vectors no index covers. */
  static long arrived(Database database) {
    return database.callSystem(ARRIVED, Tuple.tuple()).iterator().next().getLong(0);
  }

  /** Until the connection closes, nobody else has it. */
  static boolean tryLock(Connection connection) throws SQLException {
    return number(connection, LOCK) == 1;
  }

  /** For building. Where it does not suffice, the rest goes in row by row. */
  static void allow(Connection connection, int megabytes) throws SQLException {
    execute(connection, "SET maintenance_work_mem = '" + megabytes + "MB'");
    execute(connection, "SET statement_timeout = 0");
  }

  static List<Segments> segments(Connection connection) throws SQLException {
    List<Segments> all = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(SEGMENTS)) {
      while (rows.next()) {
        all.add(new Segments(rows.getShort(1), rows.getInt(2), rows.getInt(3)));
      }
    }
    return all;
  }

  static long arrived(Connection connection, Segments model) throws SQLException {
    return number(connection, ARRIVED_OF_MODEL.formatted(model.model(), model.indexed()));
  }

  static long all(Connection connection, Segments model) throws SQLException {
    return number(connection, ALL.formatted(model.model()));
  }

  /** Puts some of those that have arrived into the index that is there. */
  static void put(Connection connection, Segments model, int n) throws SQLException {
    execute(connection, PUT.formatted(model.model(), model.indexed(), n));
  }

  /** What an index covers that is built now. */
  static Segments closeSegment(Connection connection, Segments model) throws SQLException {
    int last = (int) number(connection, CLOSE.formatted(model.model()));
    return new Segments(model.model(), model.dimensions(), last);
  }

  /** Takes long; others read and write meanwhile. */
  static void build(Connection connection, Segments covering) throws SQLException {
    execute(
        connection,
        BUILD.formatted(
            covering.index(), covering.model(), covering.dimensions(), covering.indexed()));
    execute(connection, "ANALYZE embedding_m" + covering.model());
  }

  /** Searches that begin from now on go along it. */
  static void switchTo(Connection connection, Segments covering) throws SQLException {
    connection.setAutoCommit(false);
    execute(connection, COVERED.formatted(covering.model(), covering.indexed()));
    execute(
        connection,
        SEARCHED.formatted(covering.model(), covering.dimensions(), covering.indexed()));
    connection.commit();
    connection.setAutoCommit(true);
  }

  /** Removes all but the one in use: the one before it, and what a build left that broke off. */
  static void dropOthers(Connection connection, Segments inUse) throws SQLException {
    List<String> names = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(INDEXES.formatted(inUse.model()))) {
      while (rows.next()) {
        names.add(rows.getString(1));
      }
    }
    for (String name : names) {
      if (!name.equals(inUse.index())) {
        execute(connection, DROP.formatted(name));
      }
    }
  }

  private static void execute(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static long number(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      rows.next();
      return rows.getLong(1);
    }
  }
}
