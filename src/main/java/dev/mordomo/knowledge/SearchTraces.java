package dev.mordomo.knowledge;

import dev.mordomo.kernel.Database;
import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.Scope;
import dev.mordomo.knowledge.SearchStore.Question;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.UUID;
import java.util.function.Predicate;

/**
 * The last searches: this server's in its memory, and for a quarter of an hour those of all servers
 * in the database, where they go a second later; what people asked is not kept for longer. Asked
 * for one, its branches are searched once more, each by itself, as the user who searched.
 */
final class SearchTraces {
  private static final int KEPT = 500;

  /** Of the searches of a second: a server that is asked more often stores the last of them. */
  private static final int STORED_AT_ONCE = 25;

  private static final Duration TIME = Duration.ofMinutes(15);
  private static final int SHOWN = 50;
  private static final double EVERYTHING = -1;

  private final Database database;
  private final SearchStore store;
  private final SearchTraceStore stored;
  private final KnowledgeConfig config;
  private final SequencedMap<UUID, Kept> last = new LinkedHashMap<>();
  private final Deque<Kept> unstored = new ArrayDeque<>();

  /** A search as it was. */
  record Kept(
      UUID id,
      Instant at,
      Scope who,
      Question question,
      double embeddingMs,
      double databaseMs,
      List<SearchTrace.Place> hits,
      Optional<SearchTrace.Reranking> reranking) {}

  SearchTraces(Database database, SearchStore store, KnowledgeConfig config) {
    this.database = database;
    this.store = store;
    this.stored = new SearchTraceStore(database);
    this.config = config;
  }

  void keep(Kept search) {
    synchronized (last) {
      last.put(search.id(), search);
      if (last.size() > KEPT) {
        last.pollFirstEntry();
      }
      unstored.add(search);
      if (unstored.size() > STORED_AT_ONCE) {
        unstored.removeFirst();
      }
    }
  }

  /** Stores what came since the last time, for other servers to tell. */
  void store() {
    List<Kept> searches;
    synchronized (last) {
      searches = List.copyOf(unstored);
      unstored.clear();
    }
    if (!searches.isEmpty()) {
      stored.insert(searches);
    }
  }

  /** Removes what was kept and stored long enough ago. */
  void forget(Instant now) {
    remove(kept -> kept.at().isBefore(now.minus(TIME)));
    stored.forget();
  }

  /** Whoever of the searches it was, nobody tells of them any more. */
  void remove(Predicate<Kept> unwanted) {
    synchronized (last) {
      last.values().removeIf(unwanted);
      unstored.removeIf(unwanted);
    }
  }

  private Optional<Kept> remembered(UUID id) {
    synchronized (last) {
      return Optional.ofNullable(last.get(id));
    }
  }

  SearchTrace trace(Scope superuser, UUID id) {
    Kept kept =
        remembered(id)
            .or(() -> stored.find(superuser, id))
            .orElseThrow(
                () -> Failure.notFound("the search (what was searched is kept for 15 minutes)"));
    Question question = kept.question();
    long chunks = database.as(kept.who(), c -> SearchStore.scope(c, question.collections()));
    return new SearchTrace(
        kept.id(),
        kept.at(),
        kept.who().tenantId(),
        kept.who().userId(),
        Optional.of(question.words()).filter(words -> !words.isEmpty()),
        question.mode().wire(),
        question.collections(),
        question.model(),
        question.language(),
        question.threshold(),
        question.limit(),
        kept.embeddingMs(),
        kept.databaseMs(),
        chunks > config.exactUpTo() ? "index" : "exact",
        chunks,
        kept.hits(),
        branch(kept, SearchMode.SEMANTIC),
        question.words().isEmpty() ? List.of() : branch(kept, SearchMode.TEXT),
        kept.reranking());
  }

  private List<SearchTrace.Place> branch(Kept kept, SearchMode mode) {
    Question asked = kept.question();
    Question alone =
        new Question(
            asked.model(),
            asked.vector(),
            asked.words(),
            asked.language(),
            mode,
            asked.collections(),
            asked.filter(),
            SHOWN,
            EVERYTHING);
    return places(store.search(kept.who(), alone), false);
  }

  static List<SearchTrace.Place> places(List<SearchHit> hits, boolean fused) {
    List<SearchTrace.Place> places = new ArrayList<>();
    for (SearchHit hit : hits) {
      places.add(
          new SearchTrace.Place(
              places.size() + 1,
              hit.chunkId(),
              hit.documentId(),
              hit.title(),
              hit.similarity(),
              hit.coverage(),
              fused ? Optional.of(hit.score()) : Optional.empty()));
    }
    return places;
  }
}
