package dev.mordomo.chat;

import dev.mordomo.kernel.Database;
import dev.mordomo.kernel.Ids;
import dev.mordomo.kernel.Scope;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.time.ZoneOffset;

/** The ledger of model calls, for those that belong to no turn. */
final class UsageStore {
  private static final String ADD =
      """
      INSERT INTO usage (id, tenant_id, user_id, model, prompt_tokens, completion_tokens, created_at)
      VALUES ($1, $2, $3, $4, $5, 0, $6)
      """;

  boolean add(SqlClient connection, Scope scope, String model, int tokens, Instant at) {
    return Database.run(
                connection,
                ADD,
                Tuple.of(Ids.next(), scope.tenantId(), scope.userId())
                    .addString(model)
                    .addInteger(tokens)
                    .addValue(at.atOffset(ZoneOffset.UTC)))
            .rowCount()
        == 1;
  }
}
