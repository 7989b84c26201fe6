package dev.mordomo.knowledge;

import dev.mordomo.kernel.Caller;
import dev.mordomo.kernel.Database;
import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.FailureCode;
import dev.mordomo.kernel.Scope;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Searches among what was asked: one is written at once when none is under way, and what comes
 * meanwhile goes together in the next statement, so that the number of commits does not grow with
 * that of searches. Thread-safe.
 */
final class AskedSearchStore {
  private static final String ADD = "SELECT add_searches($1, $2, $3, $4, $5, $6, $7, $8, $9)";
  private static final int MOST = 64;
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
      Instant at) {}

  private record Entry(Asked asked, Promise<Void> written) {}

  private final Database database;
  private final Deque<Entry> waiting = new ArrayDeque<>();
  private boolean writing;

  AskedSearchStore(Database database) {
    this.database = database;
  }

  /**
   * Waits until it is written.
   *
   * @throws Failure when it cannot be
   */
  void add(Asked asked) {
    Entry entry = new Entry(asked, Promise.promise());
    synchronized (waiting) {
      waiting.add(entry);
    }
    next();
    Database.await(entry.written().future());
  }

  private void next() {
    List<Entry> group = take();
    if (!group.isEmpty()) {
      write(group)
          .onComplete(reply -> {
            if (reply.succeeded()) {
              group.forEach(entry -> entry.written().complete());
            } else if (group.size() == 1 || isUnavailable(reply.cause())) {
              group.forEach(entry -> entry.written().fail(reply.cause()));
            } else {
              // None fails for what another brought.
              group.forEach(entry -> write(List.of(entry)).onComplete(entry.written()));
            }
            synchronized (waiting) {
              writing = false;
            }
            next();
          });
    }
  }

  /** The next group; empty while one is under way. */
  private List<Entry> take() {
    synchronized (waiting) {
      List<Entry> group = new ArrayList<>();
      while (!writing && group.size() < MOST && !waiting.isEmpty()) {
        group.add(waiting.removeFirst());
      }
      writing |= !group.isEmpty();
      return group;
    }
  }

  private static boolean isUnavailable(Throwable e) {
    return e instanceof Failure failure && failure.code() == FailureCode.UNAVAILABLE;
  }

  private Future<Void> write(List<Entry> group) {
    List<Asked> all = group.stream().map(Entry::asked).toList();
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
