package dev.mordomo.knowledge;

import dev.mordomo.kernel.Caller;
import dev.mordomo.kernel.Database;
import dev.mordomo.kernel.Scope;
import io.vertx.core.Future;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Searches among what was asked. Thread-safe. */
final class AskedSearchStore {
  private static final String ADD = "SELECT add_searches($1, $2, $3, $4, $5, $6, $7, $8, $9)";
  private static final int LONGEST = 1_000;

  /**
   * A search that was answered.
   *
   * @param query as others may know of it; empty where a vector was searched
   * @param documents that were found
   */
  record Asked(
      Scope who,
      Caller caller,
      UUID search,
      Optional<String> query,
      List<UUID> documents,
      Instant at) {
    /** Without what is personal in it. */
    Asked nameless() {
      Caller unknown = new Caller(caller.kind(), caller.credential(), Optional.empty());
      return new Asked(who, unknown, search, Optional.empty(), documents, at);
    }
  }

  private final Database database;

  AskedSearchStore(Database database) {
    this.database = database;
  }

  /** Writes them in one statement. */
  Future<Void> add(List<Asked> all) {
    Tuple parameters =
        Tuple.tuple()
            .addArrayOfUUID(ids(all, asked -> asked.who().tenantId()))
            .addArrayOfUUID(ids(all, asked -> asked.who().userId()))
            .addArrayOfUUID(ids(all, Asked::search))
            .addArrayOfString(texts(all, asked -> asked.caller().kind()))
            .addArrayOfString(texts(all, asked -> asked.caller().credential()))
            .addArrayOfString(texts(all, asked -> asked.caller().address().orElse(null)))
            .addArrayOfString(
                texts(all, asked -> asked.query().map(AskedSearchStore::cut).orElse(null)))
            .addArrayOfString(texts(all, AskedSearchStore::documents))
            .addArrayOfOffsetDateTime(
                all.stream()
                    .map(asked -> asked.at().atOffset(ZoneOffset.UTC))
                    .toArray(OffsetDateTime[]::new));
    return database.callSystemAsync(ADD, parameters).mapEmpty();
  }

  private static String cut(String query) {
    int letters = query.codePointCount(0, query.length());
    return query.substring(0, query.offsetByCodePoints(0, Math.min(letters, LONGEST)));
  }

  private static String documents(Asked asked) {
    return asked.documents().stream()
        .map(UUID::toString)
        .distinct()
        .collect(Collectors.joining(",", "{", "}"));
  }

  private static UUID[] ids(List<Asked> all, Function<Asked, UUID> id) {
    return all.stream().map(id).toArray(UUID[]::new);
  }

  private static String[] texts(List<Asked> all, Function<Asked, @Nullable String> text) {
    return all.stream().map(text).toArray(String[]::new);
  }
}
