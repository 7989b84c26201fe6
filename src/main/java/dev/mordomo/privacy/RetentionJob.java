package dev.mordomo.privacy;

import dev.mordomo.job.JobHandler;
import dev.mordomo.job.JobRequest;
import dev.mordomo.job.JobRun;
import dev.mordomo.kernel.Database;
import dev.mordomo.kernel.Scope;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.BiConsumer;
import java.util.function.LongConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes what is past its time, once a day: whole months of messages where they are past for all,
 * the rest in batches with the turns and actions that were theirs, then documents whose own period
 * is over, with their files.
 */
final class RetentionJob implements JobHandler {
  static final String TYPE = "retention";
  private static final Logger LOG = LoggerFactory.getLogger(RetentionJob.class);
  private static final int BATCH = 500;
  private static final UUID NOBODY = new UUID(0, 0);

  private final Database database;
  private final BiConsumer<Scope, UUID> deleteDocument;
  private final RetentionConfig config;
  private final InstantSource clock;

  /**
   * @param deleteDocument with its passages and its file
   */
  RetentionJob(
      Database database,
      BiConsumer<Scope, UUID> deleteDocument,
      RetentionConfig config,
      InstantSource clock) {
    this.database = database;
    this.deleteDocument = deleteDocument;
    this.config = config;
    this.clock = clock;
  }

  @Override
  public String type() {
    return TYPE;
  }

  @Override
  public Map<String, Object> checked(Scope who, Map<String, Object> payload) {
    who.requireSuperuser("what is past its time is removed by the superuser");
    return Map.of();
  }

  @Override
  public Map<String, Object> run(JobRun run) {
    return Map.of("removed", remove(done -> run.progress(done, 0)));
  }

  /** What would go now. */
  Retention due() {
    return database.asSystem(c -> RetentionStore.due(c, clock.instant(), config));
  }

  /** Gives what went, by tenant. */
  List<RetentionDue> remove(LongConsumer progress) {
    Instant at = clock.instant();
    Map<UUID, RetentionDue> gone = new TreeMap<>();
    add(gone, database.asSystem(c -> RetentionStore.dropMonths(c, at, config.allChannels())));
    List<RetentionDue> some;
    do {
      some =
          database.asSystem(c -> {
            List<RetentionDue> both =
                new ArrayList<>(RetentionStore.some(c, at, config.allChannels(), BATCH));
            both.addAll(RetentionStore.queries(c, at, config.allChannels(), BATCH));
            return both;
          });
      add(gone, some);
      progress.accept(sum(gone));
    } while (!some.isEmpty());
    documents(at, gone, progress);
    gone.values()
        .forEach(tenant ->
            LOG.info(
                "of tenant {} went {} messages, {} turns, {} actions, {} conversations, {}"
                    + " documents and the words of {} searches, past their time",
                tenant.tenantId(),
                tenant.messages(),
                tenant.turns(),
                tenant.actions(),
                tenant.conversations(),
                tenant.documents(),
                tenant.queries()));
    return new ArrayList<>(gone.values());
  }

  private void documents(Instant at, Map<UUID, RetentionDue> gone, LongConsumer progress) {
    List<RetentionStore.Expired> expired;
    do {
      expired = database.asSystem(c -> RetentionStore.documents(c, at, BATCH));
      for (RetentionStore.Expired document : expired) {
        deleteDocument.accept(owner(document), document.id());
        add(gone, List.of(new RetentionDue(document.tenantId().orElse(NOBODY), 0, 0, 0, 0, 1, 0)));
        progress.accept(sum(gone));
      }
    } while (expired.size() == BATCH);
  }

  /** As whom it may be deleted. */
  private static Scope owner(RetentionStore.Expired document) {
    return document
        .tenantId()
        .map(tenant ->
            document
                .userId()
                .map(user -> new Scope(tenant, user, "member"))
                .orElseGet(() -> new Scope(tenant, NOBODY, "admin")))
        .orElse(JobRequest.INSTALLATION);
  }

  private static void add(Map<UUID, RetentionDue> gone, List<RetentionDue> more) {
    more.forEach(one -> gone.merge(one.tenantId(), one, RetentionDue::plus));
  }

  private static long sum(Map<UUID, RetentionDue> gone) {
    return gone.values().stream().mapToLong(RetentionDue::rows).sum();
  }
}
