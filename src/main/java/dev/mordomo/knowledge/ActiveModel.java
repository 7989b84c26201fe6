package dev.mordomo.knowledge;

import dev.mordomo.kernel.Database;
import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.FailureCode;
import dev.mordomo.model.EmbeddingModel;
import io.vertx.sqlclient.SqlClient;
import java.util.Optional;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which embedding model search and ingest work with now, and which one the settings want. They
 * differ while the index of the wanted one is being filled.
 */
final class ActiveModel {
  private static final Logger LOG = LoggerFactory.getLogger(ActiveModel.class);

  private final Database database;
  private final IndexedModel wanted;
  private final Function<String, Optional<EmbeddingModel>> byName;
  private volatile IndexedModel current;

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
    this.current = this.wanted;
    refresh();
  }

  IndexedModel current() {
    return current;
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

  boolean isChanging() {
    return current.id() != wanted.id();
  }

  /** Whether some chunk lacks its vector of the wanted one. */
  boolean isMissingSomewhere() {
    return EmbeddingModelStore.gap(database, wanted.id()).missing() > 0;
  }

  /** Reads anew which one is active. */
  void refresh() {
    EmbeddingModelStore.Row active = EmbeddingModelStore.active(database);
    if (active.id() == wanted.id()) {
      current = wanted;
    } else if (active.id() != current.id()) {
      Optional<EmbeddingModel> old =
          byName.apply(active.name()).filter(m -> m.dimensions() == active.dimensions());
      if (old.isEmpty()) {
        LOG.warn(
            "the embedding model {} of the index cannot be had any more: until the index of {} is"
                + " filled, search by meaning finds only what has been embedded anew",
            active.name(),
            wanted.model().name());
      }
      current = old.map(m -> new IndexedModel(m, active.id())).orElse(wanted);
    }
  }

  /**
   * To be called first in a transaction that writes vectors: no switch happens until it ends.
   *
   * @throws Failure {@code unavailable} when they are of a model that is not active any more
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
    if (current.id() != model) {
      throw Failure.of(
          FailureCode.UNAVAILABLE, "the embedding model has just been changed; try again");
    }
  }
}
