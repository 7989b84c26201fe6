package dev.mordomo.kernel;

import io.vertx.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Seals what is stored under the primary key, in small batches, while the server runs. May be
 * broken off at any time and begun again: it looks for what is not sealed so yet. Waits.
 */
public final class Resealing {
  private static final int BATCH = 100;

  private final Database database;
  private final Keyring keyring;
  private final List<SealedRows> tables;

  public Resealing(Database database, Keyring keyring, List<SealedRows> tables) {
    this.database = database;
    this.keyring = keyring;
    this.tables = List.copyOf(tables);
  }

  /**
   * What came of it.
   *
   * @param done how many values are sealed anew
   * @param unreadable what is wrong with those that could not be opened
   */
  public record Outcome(long done, List<String> unreadable) {}

  /** What is not sealed under the primary key. */
  public long left() {
    return tables.stream().mapToLong(table -> table.countWithout(keyring.primaryPrefix())).sum();
  }

  /** Seals all that is left; empty when another node is at it. */
  public Optional<Outcome> run() {
    List<Outcome> outcomes = new ArrayList<>();
    boolean alone =
        database.alone("keyring.reseal", () -> tables.forEach(t -> outcomes.add(run(t))));
    return alone
        ? Optional.of(
            new Outcome(
                outcomes.stream().mapToLong(Outcome::done).sum(),
                outcomes.stream().flatMap(o -> o.unreadable().stream()).toList()))
        : Optional.empty();
  }

  private Outcome run(SealedRows table) {
    byte[] prefix = keyring.primaryPrefix();
    List<String> unreadable = new ArrayList<>();
    long done = 0;
    Tuple after = table.start();
    List<SealedRows.SealedRow> page;
    do {
      page = table.page(after, prefix, BATCH);
      for (SealedRows.SealedRow row : page) {
        try {
          table.replace(
              row, keyring.seal(row.name(), keyring.open(row.name(), row.value().getBytes())));
          done++;
        } catch (Failure e) {
          unreadable.add(table.table() + ": " + e.detail());
        }
        after = row.row();
      }
    } while (page.size() == BATCH);
    return new Outcome(done, unreadable);
  }

  /**
   * Removes the keys that nothing is sealed under any more, once every node seals under the primary
   * key; gives how many. What is sealed and not stored, the state of a sign-in, ends earlier.
   */
  public int dropUnusedKeys() {
    return keyring.list().size() > 1 && keyring.isSettled() && left() == 0
        ? keyring.dropOthers()
        : 0;
  }
}
