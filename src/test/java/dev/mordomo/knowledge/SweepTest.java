package dev.mordomo.knowledge;

import static dev.mordomo.knowledge.TestKnowledge.refused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mordomo.job.Job;
import dev.mordomo.job.JobEvent;
import dev.mordomo.job.JobStatus;
import dev.mordomo.kernel.FailureCode;
import dev.mordomo.kernel.Scope;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Originals that no document names go; those that one does, and young ones, stay. */
class SweepTest {
  @TempDir private Path folder;

  @Test
  void orphansGoAndNothingElse() throws IOException, InterruptedException {
    BlockingQueue<Job> ended = new LinkedBlockingQueue<>();
    try (TestKnowledge knowledge = new TestKnowledge(folder)) {
      knowledge.bus.subscribe(
          JobEvent.Updated.ADDRESS,
          event -> {
            if (event.job().status().isFinal()) {
              ended.add(event.job());
            }
          });
      knowledge.runJobs();
      Scope ana = knowledge.user();
      UUID collection = knowledge.collection(ana, CollectionScope.USER);
      Document document = knowledge.add(ana, collection, "Meu", "Um texto que fica.");
      Owner owner = Owner.of(CollectionScope.USER, ana);
      String kept = owner.fileKey(document.sha256());
      String orphan = owner.fileKey("ab".repeat(32));
      String young = owner.fileKey("cd".repeat(32));
      // The same bytes as the document's, of somebody else who has no row.
      String others = Owner.of(CollectionScope.USER, knowledge.user()).fileKey(document.sha256());
      for (String key : new String[] {orphan, young, others}) {
        knowledge.files.put(key, Buffer.buffer("x"));
      }
      for (String key : new String[] {kept, orphan, others}) {
        Files.setLastModifiedTime(
            folder.resolve(key), FileTime.from(Instant.now().minus(Duration.ofHours(25))));
      }
      Scope root = knowledge.db.tenantWithUser("superuser");
      refused(FailureCode.FORBIDDEN, () -> knowledge.jobs.start(ana, "sweep_files", Map.of()));
      knowledge.jobs.start(root, "sweep_files", Map.of());
      Job done = ended.poll(30, TimeUnit.SECONDS);
      assertNotNull(done);
      assertEquals(JobStatus.DONE, done.status(), done.toString());
      assertEquals(Map.of("seen", 3, "removed", 2), done.result().orElseThrow());
      assertTrue(knowledge.files.exists(kept));
      assertTrue(knowledge.files.exists(young));
      assertFalse(knowledge.files.exists(orphan));
      assertFalse(knowledge.files.exists(others));
    }
  }
}
