package dev.mordomo.gateway.http;

import dev.mordomo.kernel.Database;
import dev.mordomo.kernel.SealedRows;
import io.vertx.core.buffer.Buffer;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.UUID;

/**
 * The answers in the table {@code idempotency_key}, each sealed under its key's name. What is
 * remembered there without a content type is not sealed.
 */
public final class SealedAnswerStore implements SealedRows {
  // Eight letters of base64 hold the first six bytes.
  private static final String OTHERS =
      """
      FROM idempotency_key
      WHERE content_type <> '' AND substr(decode(left(body, 8), 'base64'), 1, 5) <> $1
      """;
  private static final String PAGE =
      "SELECT tenant_id, user_id, key, body "
          + OTHERS
          + """
          AND (tenant_id, user_id, key) > ($2, $3, $4)
          ORDER BY tenant_id, user_id, key LIMIT $5
          """;
  private static final String REPLACE =
      """
      UPDATE idempotency_key SET body = $5
      WHERE tenant_id = $1 AND user_id = $2 AND key = $3 AND body = $4
      """;
  private static final String COUNT = "SELECT count(*) " + OTHERS;
  private static final UUID NIL = new UUID(0, 0);

  private final Database database;

  public SealedAnswerStore(Database database) {
    this.database = database;
  }

  /** What an answer is sealed under. */
  static String nameOf(String key) {
    return "idempotency " + key;
  }

  @Override
  public String table() {
    return "idempotency_key";
  }

  @Override
  public Tuple start() {
    return Tuple.of(NIL, NIL, "");
  }

  @Override
  public List<SealedRow> page(Tuple after, byte[] prefix, int atMost) {
    Tuple asked =
        Tuple.of(
            Buffer.buffer(prefix), after.getUUID(0), after.getUUID(1), after.getString(2), atMost);
    List<SealedRow> page = new ArrayList<>();
    for (Row row : database.callSystem(PAGE, asked)) {
      String key = row.getString(2);
      page.add(
          new SealedRow(
              Tuple.of(row.getUUID(0), row.getUUID(1), key),
              nameOf(key),
              Buffer.buffer(Base64.getDecoder().decode(row.getString(3)))));
    }
    return page;
  }

  @Override
  public void replace(SealedRow row, byte[] sealed) {
    Base64.Encoder base64 = Base64.getEncoder();
    database.callSystem(
        REPLACE,
        Tuple.of(
            row.row().getUUID(0),
            row.row().getUUID(1),
            row.row().getString(2),
            base64.encodeToString(row.value().getBytes()),
            base64.encodeToString(sealed)));
  }

  @Override
  public long countWithout(byte[] prefix) {
    return database.callSystem(COUNT, Tuple.of(Buffer.buffer(prefix))).iterator().next().getLong(0);
  }
}
