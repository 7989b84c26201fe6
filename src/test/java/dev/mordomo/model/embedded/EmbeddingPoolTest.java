package dev.mordomo.model.embedded;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mordomo.model.EmbeddingModel.Use;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class EmbeddingPoolTest {

  @Test
  void queriesOvertakePassagesAndBothKeepTheirOrder() throws InterruptedException {
    List<String> done = new CopyOnWriteArrayList<>();
    CountDownLatch open = new CountDownLatch(1);
    CountDownLatch all = new CountDownLatch(4);
    try (EmbeddingPool pool = new EmbeddingPool(1)) {
      pool.submit(
          Use.QUERY,
          () -> {
            try {
              open.await();
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
            }
          });
      for (String name : List.of("passage 1", "query 1", "passage 2", "query 2")) {
        Use use = name.startsWith("query") ? Use.QUERY : Use.PASSAGE;
        pool.submit(
            use,
            () -> {
              done.add(name);
              all.countDown();
            });
      }
      open.countDown();
      assertTrue(all.await(10, TimeUnit.SECONDS));
      assertEquals(List.of("query 1", "query 2", "passage 1", "passage 2"), done);
    }
  }
}
