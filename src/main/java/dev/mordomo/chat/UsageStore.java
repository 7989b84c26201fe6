package dev.mordomo.chat;

import dev.mordomo.kernel.Database;
import dev.mordomo.kernel.Scope;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.UUID;

/** The ledger of model calls, for those that belong to no turn. */
final class UsageStore {
  private static final String ADD =
      """
      INSERT INTO usage (id, tenant_id, user_id, model, prompt_tokens, completion_tokens, created_at,
        node_id)
      VALUES ($1, $2, $3, $4, $5, 0, $6, $7)
      """;

  boolean add(
      SqlClient connection, Scope scope, UUID id, UUID node, String model, int tokens, Instant at) {
    return Database.run(
                connection,
                ADD,
                Tuple.of(id, scope.tenantId(), scope.userId())
                    .addString(model)
                    .addInteger(tokens)
                    .addValue(at.atOffset(ZoneOffset.UTC))
                    .addUUID(node))
            .rowCount()
        == 1;
  }
}
