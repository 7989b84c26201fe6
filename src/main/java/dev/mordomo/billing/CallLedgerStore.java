package dev.mordomo.billing;

import dev.mordomo.kernel.Database;
import dev.mordomo.kernel.Scope;
import dev.mordomo.model.CallMeter.Kind;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.UUID;

/** The ledger of model calls, for those that belong to no turn. */
final class CallLedgerStore {
  private static final String ADD =
      """
      INSERT INTO usage (id, tenant_id, user_id, kind, model, prompt_tokens, completion_tokens,
        created_at, node_id)
      VALUES ($1, $2, nullif($3, '00000000-0000-0000-0000-000000000000'::uuid), $4, $5, $6, 0, $7, $8)
      """;

  /**
   * A row of the ledger.
   *
   * @param node from whose lease it is paid; empty: from no quota
   */
  record Entry(
      UUID id, Scope who, Kind kind, String model, int tokens, Optional<UUID> node, Instant at) {}

  private final Database database;

  CallLedgerStore(Database database) {
    this.database = database;
  }

  void add(Entry entry) {
    database.callSystem(
        ADD,
        Tuple.of(entry.id(), entry.who().tenantId(), entry.who().userId())
            .addString(entry.kind().wire())
            .addString(entry.model())
            .addInteger(entry.tokens())
            .addValue(entry.at().atOffset(ZoneOffset.UTC))
            .addUUID(entry.node().orElse(null)));
  }
}
