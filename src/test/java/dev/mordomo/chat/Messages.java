package dev.mordomo.chat;

import dev.mordomo.kernel.Database;
import dev.mordomo.kernel.Ids;
import dev.mordomo.kernel.Scope;
import dev.mordomo.kernel.TestDatabase;
import io.vertx.sqlclient.Tuple;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.UUID;

/** Messages that were said without a turn, at any time. */
final class Messages {
  private final TestDatabase db;

  Messages(TestDatabase db) {
    this.db = db;
  }

  UUID conversation(Scope of) {
    UUID id = Ids.next();
    db.database()
        .as(
            of,
            c ->
                Database.run(
                    c,
                    "INSERT INTO conversation (id, tenant_id, user_id, started_at, last_message_at)"
                        + " VALUES ($1, $2, $3, now(), now())",
                    Tuple.of(id, of.tenantId(), of.userId())));
    return id;
  }

  UUID said(Scope of, UUID conversation, String text) {
    return said(of, conversation, text, Ids.next(), Instant.now());
  }

  UUID said(Scope of, UUID conversation, String text, Instant at) {
    return said(of, conversation, text, Ids.at(at), at);
  }

  UUID said(Scope of, UUID conversation, String text, UUID id, Instant at) {
    db.database()
        .as(
            of,
            c ->
                Database.run(
                    c,
                    "INSERT INTO message (id, tenant_id, user_id, conversation_id, role, content,"
                        + " created_at) VALUES ($1, $2, $3, $4, 'user', $5, $6)",
                    Tuple.of(
                        id,
                        of.tenantId(),
                        of.userId(),
                        conversation,
                        text,
                        at.atOffset(ZoneOffset.UTC))));
    return id;
  }

  void owner(String sql) throws SQLException {
    try (Connection owner = db.owner();
        Statement statement = owner.createStatement()) {
      statement.execute(sql);
    }
  }

  long count(String sql) throws SQLException {
    try (Connection owner = db.owner();
        Statement statement = owner.createStatement();
        ResultSet rows = statement.executeQuery("SELECT count(*) " + sql)) {
      rows.next();
      return rows.getLong(1);
    }
  }

  long vectorsOf(UUID message) throws SQLException {
    return count("FROM message_embedding WHERE message_id = '" + message + "'");
  }
}
