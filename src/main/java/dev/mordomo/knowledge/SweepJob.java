package dev.mordomo.knowledge;

import dev.mordomo.job.JobHandler;
import dev.mordomo.job.JobRun;
import dev.mordomo.kernel.Database;
import dev.mordomo.kernel.Scope;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes originals that no document names: what was stored when a server died before the row was
 * committed. Young ones are left alone, since their row may be on its way.
 */
final class SweepJob implements JobHandler {
  static final String TYPE = "sweep_files";
  private static final Logger LOG = LoggerFactory.getLogger(SweepJob.class);
  private static final Duration YOUNG = Duration.ofHours(24);
  private static final int BATCH = 500;

  private final Database database;
  private final FileStore files;
  private final InstantSource clock;

  SweepJob(Database database, FileStore files, InstantSource clock) {
    this.database = database;
    this.files = files;
    this.clock = clock;
  }

  @Override
  public String type() {
    return TYPE;
  }

  @Override
  public Map<String, Object> checked(Scope who, Map<String, Object> payload) {
    who.requireSuperuser("files are swept by the superuser alone");
    return Map.of();
  }

  @Override
  public Map<String, Object> run(JobRun run) {
    Sweep sweep = new Sweep(run);
    files.eachBefore(clock.instant().minus(YOUNG), sweep::see);
    sweep.flush();
    LOG.info("{} files seen, {} that no document names removed", sweep.seen, sweep.removed);
    return Map.of("seen", sweep.seen, "removed", sweep.removed);
  }

  /** One walk through the store. */
  private final class Sweep {
    private final JobRun run;
    private final List<String> batch = new ArrayList<>();
    private int seen;
    private int removed;

    Sweep(JobRun run) {
      this.run = run;
    }

    void see(String key) {
      batch.add(key);
      seen++;
      if (batch.size() == BATCH) {
        flush();
      }
    }

    void flush() {
      Set<String> orphans = new HashSet<>(batch);
      orphans.removeAll(database.asSystem(c -> SweepStore.inUse(c, batch)));
      orphans.forEach(key -> removed += remove(key) ? 1 : 0);
      batch.clear();
      run.progress(seen, 0);
    }

    /** Once more under the lock that whoever stores a file holds until its row is committed. */
    private boolean remove(String key) {
      return database.asSystem(c -> {
        DocumentStore.lock(c, key);
        if (!SweepStore.inUse(c, List.of(key)).isEmpty()) {
          return false;
        }
        files.delete(key);
        return true;
      });
    }
  }
}
