package dev.mordomo.knowledge;

import dev.mordomo.kernel.Database;
import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.FailureCode;
import dev.mordomo.kernel.Ids;
import dev.mordomo.model.EmbeddingModel;
import io.vertx.sqlclient.SqlClient;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which embedding model search and ingest work with now, and which one the settings want. They
 * differ while the index of the wanted one is being filled, and as long as another server that runs
 * wants the one that the index has: all servers of one database work with the same.
 */
final class ActiveModel {
  private static final Logger LOG = LoggerFactory.getLogger(ActiveModel.class);

  private final Database database;
  private final IndexedModel wanted;
  private final Function<String, Optional<EmbeddingModel>> byName;
  private final UUID server = Ids.next();
  private volatile State state;
  private volatile boolean keptByOthers;

  /**
   * What was seen last.
   *
   * @param current what this server works with: the active one, or the wanted one where that cannot
   *     be had
   */
  private record State(EmbeddingModelStore.Row active, IndexedModel current) {
    boolean hasActive() {
      return current.id() == active.id();
    }
  }

  /**
   * Makes the wanted model's partition and index where they are missing.
   *
   * @param byName models that were configured before
   */
  ActiveModel(
      Database database, EmbeddingModel wanted, Function<String, Optional<EmbeddingModel>> byName) {
    this.database = database;
    this.byName = byName;
    this.wanted =
        new IndexedModel(
            wanted, EmbeddingModelStore.add(database, wanted.name(), wanted.dimensions()));
    this.state = seen(EmbeddingModelStore.active(database));
    tellWhatIsMissing();
  }

  IndexedModel current() {
    return state.current();
  }

  IndexedModel wanted() {
    return wanted;
  }

  /**
   * The wanted one or another that can be had.
   *
   * @throws Failure {@code unavailable} when it cannot: another node may have it
   */
  IndexedModel named(String name) {
    if (name.equals(wanted.model().name())) {
      return wanted;
    }
    return byName
        .apply(name)
        .map(m -> new IndexedModel(m, EmbeddingModelStore.add(database, name, m.dimensions())))
        .orElseThrow(() ->
            Failure.of(FailureCode.UNAVAILABLE, "this server has no embedding model " + name));
  }

  /** Whether the active one is not the wanted one. */
  boolean isChanging() {
    return state.active().id() != wanted.id();
  }

  /**
   * Tells the other servers what this one wants, and whether one of them that runs wants the active
   * one while this one does not: then that one stays.
   */
  boolean isKeptByOthers() {
    boolean wantedByOthers =
        EmbeddingModelStore.wish(database, server, wanted.model().name()) && isChanging();
    if (wantedByOthers && !keptByOthers) {
      LOG.warn(
          "model.embedding is {} here, and {} on another server of this database: the index stays"
              + " with {}, {}. Give all servers the same; the index is changed when none wants the"
              + " old one",
          wanted.model().name(),
          state.active().name(),
          state.active().name(),
          state.hasActive()
              ? "and this server works with it"
              : "which this server does not have, so it takes no documents in");
    }
    keptByOthers = wantedByOthers;
    return wantedByOthers;
  }

  /** What {@link #isKeptByOthers} said last. */
  boolean wasKeptByOthers() {
    return keptByOthers;
  }

  /** This server wants nothing any more. */
  void leave() {
    EmbeddingModelStore.forget(database, server);
  }

  /** Whether some chunk lacks its vector of the wanted one. */
  boolean isMissingSomewhere() {
    return EmbeddingModelStore.gap(database, wanted.id()).missing() > 0;
  }

  /** Reads anew which one is active. */
  void refresh() {
    EmbeddingModelStore.Row active = EmbeddingModelStore.active(database);
    boolean changed = active.id() != state.active().id();
    if (changed || !state.hasActive()) {
      state = seen(active);
    }
    if (changed) {
      tellWhatIsMissing();
    }
  }

  private State seen(EmbeddingModelStore.Row active) {
    if (active.id() == wanted.id()) {
      return new State(active, wanted);
    }
    return new State(
        active,
        byName
            .apply(active.name())
            .filter(m -> m.dimensions() == active.dimensions())
            .map(m -> new IndexedModel(m, active.id()))
            .orElse(wanted));
  }

  private void tellWhatIsMissing() {
    if (!state.hasActive()) {
      LOG.warn(
          "the embedding model {} of the index cannot be had any more: until the index of {} is"
              + " filled, search by meaning finds only what has been embedded anew",
          state.active().name(),
          wanted.model().name());
    }
  }

  /**
   * To be called first in a transaction that writes vectors: no switch happens until it ends.
   *
   * @throws Failure {@code unavailable} when they are of a model that is not active any more, or of
   *     one that the other servers do not work with
   */
  void hold(SqlClient connection, short model) {
    requireActive(EmbeddingModelStore.hold(connection, model), model);
  }

  /** The same, when it is known whether the model is held as the active one. */
  void requireActive(boolean held, short model) {
    if (held) {
      return;
    }
    refresh();
    if (state.current().id() != model) {
      throw Failure.of(
          FailureCode.UNAVAILABLE, "the embedding model has just been changed; try again");
    }
    if (keptByOthers && !state.hasActive()) {
      throw Failure.of(
          FailureCode.UNAVAILABLE,
          "the index works with the embedding model "
              + state.active().name()
              + ", which this server does not have");
    }
  }
}
