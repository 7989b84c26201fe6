package dev.mordomo.privacy;

import dev.mordomo.job.JobHandler;
import dev.mordomo.job.JobRun;
import dev.mordomo.kernel.Bus;
import dev.mordomo.kernel.Database;
import dev.mordomo.kernel.Failure;
import dev.mordomo.knowledge.FileStore;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Erases one user or tenant, in batches, each a transaction: first what stays loses the person,
 * then everything else goes, twice, since what was under way when the first look began may have
 * ended after it; then the files.
 */
final class ErasureJob implements JobHandler {
  static final String TYPE = "erase";
  static final String ERASURE = "erasure_id";
  private static final Logger LOG = LoggerFactory.getLogger(ErasureJob.class);
  private static final int BATCH = 1_000;

  private final Database database;
  private final FileStore files;
  private final Bus bus;
  private final InstantSource clock;

  ErasureJob(Database database, FileStore files, Bus bus, InstantSource clock) {
    this.database = database;
    this.files = files;
    this.bus = bus;
    this.clock = clock;
  }

  @Override
  public String type() {
    return TYPE;
  }

  @Override
  public Map<String, Object> run(JobRun run) {
    UUID id = UUID.fromString(String.valueOf(run.payload().get(ERASURE)));
    Erasure erasure =
        database
            .asSystem(c -> ErasureStore.get(c, id))
            .orElseThrow(() -> Failure.notFound("the erasure"));
    if (erasure.status() == Erasure.Status.RUNNING) {
      erase(erasure, run);
    }
    Erasure done = database.asSystem(c -> ErasureStore.get(c, id)).orElseThrow();
    LOG.info(
        "{} {} is erased: {} rows of {} tables, {} files",
        done.kind().wire(),
        done.subjectId(),
        done.erased().values().stream().mapToLong(Long::longValue).sum(),
        done.erased().size(),
        done.files());
    Map<String, Object> receipt = new LinkedHashMap<>();
    receipt.put(ERASURE, id);
    receipt.put("erased", done.erased());
    receipt.put("unnamed", done.unnamed());
    receipt.put("files", done.files());
    return receipt;
  }

  private void erase(Erasure erasure, JobRun run) {
    Progress progress = new Progress(run);
    database.asSystem(c -> {
      ErasureStore.blankAudit(c, erasure.id());
      return true;
    });
    // At first, so that nothing comes back from there; and once more at the end.
    announce(erasure);
    rows(erasure, progress, false);
    rows(erasure, progress, true);
    files.eachUnder(
        erasure.filePrefix(),
        key -> {
          files.delete(key);
          database.asSystem(c -> {
            ErasureStore.countFile(c, erasure.id());
            return true;
          });
          progress.add(1);
        });
    database.asSystem(c -> {
      ErasureStore.end(c, erasure.id(), clock.instant());
      return true;
    });
    announce(erasure);
  }

  private void announce(Erasure erasure) {
    bus.publish(
        PrivacyEvent.ERASED, new PrivacyEvent.Erased(erasure.tenantId(), erasure.subjectId()));
  }

  private void rows(Erasure erasure, Progress progress, boolean thoroughly) {
    UUID id = erasure.id();
    for (Holdings.Holding holding : Holdings.ALL) {
      String table = holding.table();
      switch (holding.fate()) {
        case Holdings.Fate.Erased erased ->
            repeat(
                progress,
                () ->
                    database.asSystem(
                        c -> ErasureStore.eraseRows(c, id, table, BATCH, thoroughly)));
        case Holdings.Fate.Unnamed unnamed ->
            repeat(
                progress,
                () ->
                    database.asSystem(
                        c -> ErasureStore.eraseNames(c, id, table, unnamed.column(), BATCH)));
        case Holdings.Fate.Kept kept -> {
          // Says why.
        }
      }
    }
  }

  private static void repeat(Progress progress, LongSupplier batch) {
    long n = batch.getAsLong();
    while (n > 0) {
      progress.add(n);
      n = batch.getAsLong();
    }
  }

  /** How much is gone; how much there will be, nobody counts beforehand. */
  private static final class Progress {
    private final JobRun run;
    private long done;

    Progress(JobRun run) {
      this.run = run;
    }

    void add(long n) {
      done += n;
      run.progress(done, 0);
    }
  }
}
