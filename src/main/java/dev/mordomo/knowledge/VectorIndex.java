package dev.mordomo.knowledge;

import dev.mordomo.kernel.Database;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings what has arrived in bulk into the vector indexes, while others search and write. Many: a
 * new index is built that covers them too, and takes the old one's place. Few: they are put into
 * the one that is there.
 *
 * <p>Broken off anywhere, it leaves search right, and the next round begins anew.
 */
final class VectorIndex {
  private static final Logger LOG = LoggerFactory.getLogger(VectorIndex.class);

  /**
   * A row takes so many times as long to be put into the index as one takes in a build, which has
   * to take all rows (docs/decisions/0024).
   */
  private static final int TIMES_AS_LONG = 4;

  /** So many at once, in between which others get at the index. */
  private static final int FEW = 250;

  private final Database database;
  private final int memoryMegabytes;

  /** What a round did. */
  enum Round {
    /** All was in the index already. */
    NOTHING,
    DONE,
    /** Another node is at it. */
    ELSEWHERE
  }

  VectorIndex(Database database, int memoryMegabytes) {
    this.database = database;
    this.memoryMegabytes = memoryMegabytes;
  }

  /** Blocks until all that had arrived at its beginning is in an index. */
  Round keepUp() {
    if (VectorIndexStore.arrived(database) == 0) {
      return Round.NOTHING;
    }
    return database.upkeep(connection -> {
      // Goes with the connection.
      if (!VectorIndexStore.tryLock(connection)) {
        return Round.ELSEWHERE;
      }
      VectorIndexStore.allow(connection, memoryMegabytes);
      List<VectorIndexStore.Segments> all = new ArrayList<>(VectorIndexStore.segments(connection));
      for (VectorIndexStore.Segments model : all) {
        keepUp(connection, model);
      }
      return Round.DONE;
    });
  }

  private static void keepUp(Connection connection, VectorIndexStore.Segments model)
      throws SQLException {
    VectorIndexStore.dropOthers(connection, model);
    long arrived = VectorIndexStore.arrived(connection, model);
    if (arrived == 0) {
      return;
    }
    long begun = System.nanoTime();
    if (arrived * TIMES_AS_LONG < VectorIndexStore.all(connection, model)) {
      for (long put = 0; put < arrived; put += FEW) {
        VectorIndexStore.put(connection, model, FEW);
      }
    } else {
      VectorIndexStore.Segments covering = VectorIndexStore.closeSegment(connection, model);
      VectorIndexStore.build(connection, covering);
      VectorIndexStore.switchTo(connection, covering);
      VectorIndexStore.dropOthers(connection, covering);
    }
    LOG.info(
        "{} vectors that had arrived are in the index after {} s",
        arrived,
        Duration.ofNanos(System.nanoTime() - begun).toSeconds());
  }
}
