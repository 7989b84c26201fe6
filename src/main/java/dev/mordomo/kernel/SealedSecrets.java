package dev.mordomo.kernel;

import io.vertx.core.buffer.Buffer;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.List;

/** The table {@code sealed_secret}: each value is sealed under its row's name. */
public final class SealedSecrets implements SealedRows {
  private static final String PAGE =
      """
      SELECT name, value FROM sealed_secret WHERE name > $1 AND substr(value, 1, 5) <> $2
      ORDER BY name LIMIT $3
      """;
  private static final String REPLACE =
      "UPDATE sealed_secret SET value = $3 WHERE name = $1 AND value = $2";
  private static final String COUNT =
      "SELECT count(*) FROM sealed_secret WHERE substr(value, 1, 5) <> $1";

  private final Database database;

  public SealedSecrets(Database database) {
    this.database = database;
  }

  @Override
  public String table() {
    return "sealed_secret";
  }

  @Override
  public Tuple start() {
    return Tuple.of("");
  }

  @Override
  public List<SealedRow> page(Tuple after, byte[] prefix, int atMost) {
    List<SealedRow> page = new ArrayList<>();
    Tuple asked = Tuple.of(after.getString(0), Buffer.buffer(prefix), atMost);
    for (Row row : database.callSystem(PAGE, asked)) {
      String name = row.getString(0);
      page.add(new SealedRow(Tuple.of(name), name, row.getBuffer(1)));
    }
    return page;
  }

  @Override
  public void replace(SealedRow row, byte[] sealed) {
    database.callSystem(REPLACE, Tuple.of(row.name(), row.value(), Buffer.buffer(sealed)));
  }

  @Override
  public long countWithout(byte[] prefix) {
    return database.callSystem(COUNT, Tuple.of(Buffer.buffer(prefix))).iterator().next().getLong(0);
  }
}
