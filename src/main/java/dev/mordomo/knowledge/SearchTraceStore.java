package dev.mordomo.knowledge;

import dev.mordomo.kernel.Database;
import dev.mordomo.kernel.Json;
import dev.mordomo.kernel.Scope;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.IntFunction;

/** The table {@code search_trace}: written across tenants, read by the superuser. */
final class SearchTraceStore {
  private static final String INSERT =
      """
      INSERT INTO search_trace (id, tenant_id, user_id, at, search)
      SELECT t.id, u.tenant_id, u.id, t.at, t.search
      FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::timestamptz[], $5::text[])
          AS t (id, tenant_id, user_id, at, search)
        JOIN app_user u ON u.tenant_id = t.tenant_id AND u.id = t.user_id
      """;
  private static final String FIND = "SELECT search FROM search_trace WHERE id = $1";
  private static final String FORGET =
      "DELETE FROM search_trace WHERE at < now() - interval '15 minutes'";

  private final Database database;

  SearchTraceStore(Database database) {
    this.database = database;
  }

  /** Those whose user is still there. */
  void insert(List<SearchTraces.Kept> searches) {
    Tuple rows =
        Tuple.tuple()
            .addArrayOfUUID(column(searches, SearchTraces.Kept::id, UUID[]::new))
            .addArrayOfUUID(column(searches, kept -> kept.who().tenantId(), UUID[]::new))
            .addArrayOfUUID(column(searches, kept -> kept.who().userId(), UUID[]::new))
            .addArrayOfOffsetDateTime(
                column(searches, kept -> kept.at().atOffset(ZoneOffset.UTC), OffsetDateTime[]::new))
            .addArrayOfString(column(searches, Json::write, String[]::new));
    database.callSystem(INSERT, rows);
  }

  private static <T> T[] column(
      List<SearchTraces.Kept> searches, Function<SearchTraces.Kept, T> of, IntFunction<T[]> array) {
    return searches.stream().map(of).toArray(array);
  }

  Optional<SearchTraces.Kept> find(Scope superuser, UUID id) {
    return database.as(
        superuser,
        c -> {
          var rows = Database.run(c, FIND, Tuple.of(id)).iterator();
          return rows.hasNext() ? Optional.of(kept(rows.next())) : Optional.empty();
        });
  }

  /** Removes those of more than a quarter of an hour ago. */
  void forget() {
    database.callSystem(FORGET, Tuple.tuple());
  }

  private static SearchTraces.Kept kept(Row row) {
    return Json.read(row.getString(0), SearchTraces.Kept.class);
  }
}
