package dev.mordomo.kernel;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.DeploymentOptions;
import io.vertx.core.ThreadingModel;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** Partitions are looked after whatever happens once. */
class PartitionVerticleTest {
  @Test
  void aRoundThatFailsAsNobodyThoughtOfDoesNotEndIt() {
    try (TestDatabase db = TestDatabase.create()) {
      AtomicBoolean asked = new AtomicBoolean();
      PartitionVerticle verticle =
          new PartitionVerticle(
              db.database(),
              () -> {
                asked.set(true);
                throw new IllegalStateException("no time");
              });
      db.vertx()
          .deployVerticle(
              verticle, new DeploymentOptions().setThreadingModel(ThreadingModel.VIRTUAL_THREAD))
          .await();
      assertTrue(asked.get());
    }
  }
}
