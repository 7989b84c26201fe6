package dev.mordomo.privacy;

import java.util.List;

/**
 * Every table that holds something of a user or a tenant, and what becomes of it when they are
 * erased. A table that is not here fails {@code HoldingsTest}.
 */
final class Holdings {
  private Holdings() {}

  /** What becomes of a table's rows. */
  sealed interface Fate {
    /** They go. */
    record Erased() implements Fate {}

    /** They stay, and this column names nobody any more. */
    record Unnamed(String column) implements Fate {}

    /** They stay as they are. */
    record Kept(String reason) implements Fate {}
  }

  record Holding(String table, Fate fate) {}

  /** In the order in which they go: what hangs on others first, the user last. */
  static final List<Holding> ALL =
      List.of(
          unnamed("usage", "user_id"),
          unnamed("document", "created_by"),
          unnamed("erasure", "requested_by"),
          unnamed("config_value", "updated_by"),
          erased("event"),
          erased("message_embedding"),
          erased("message"),
          erased("turn"),
          erased("action"),
          erased("reminder"),
          erased("embedding"),
          erased("kept_embedding"),
          erased("chunk"),
          erased("document"),
          erased("collection"),
          erased("channel"),
          erased("conversation"),
          erased("job"),
          erased("idempotency_key"),
          erased("search_trace"),
          erased("system_log"),
          erased("consent"),
          erased("export"),
          erased("refresh_token"),
          erased("api_key"),
          erased("user_identity"),
          erased("token_lease"),
          erased("token_account"),
          erased("app_user"),
          kept("erasure", "the receipt: ids and numbers alone"),
          kept("audit", "who did what is kept; addresses and user agents are blanked"),
          kept("asked", "who asked when is kept as the audit; addresses and queries are blanked"),
          kept("audit_chain", "numbers and hashes"),
          kept("config_value", "a tenant's go with its deletion, by a trigger"),
          kept(
              "access_change",
              "ids alone; tells every node who is out, and is cleared soon after"));

  private static Holding erased(String table) {
    return new Holding(table, new Fate.Erased());
  }

  private static Holding unnamed(String table, String column) {
    return new Holding(table, new Fate.Unnamed(column));
  }

  private static Holding kept(String table, String reason) {
    return new Holding(table, new Fate.Kept(reason));
  }
}
