package dev.mordomo.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.vertx.core.Vertx;
import io.vertx.junit5.Checkpoint;
import io.vertx.junit5.VertxExtension;
import io.vertx.junit5.VertxTestContext;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(VertxExtension.class)
class BusTest {
  private static final int FACTS = 500;

  /** A fact of these tests. */
  record Counted(int number) {}

  private static final Address<Counted> COUNTED = new Address<>("test.counted", Counted.class);

  @Test
  void everySubscriberHearsEveryFactInItsOrder(Vertx vertx, VertxTestContext test) {
    Bus bus = new Bus(vertx);
    Checkpoint both = test.checkpoint(2);
    for (int subscriber = 0; subscriber < 2; subscriber++) {
      List<Integer> heard = new ArrayList<>();
      bus.subscribe(
          COUNTED,
          fact -> {
            heard.add(fact.number());
            if (heard.size() == FACTS) {
              test.verify(() -> assertEquals(IntStream.range(0, FACTS).boxed().toList(), heard));
              both.flag();
            }
          });
    }
    IntStream.range(0, FACTS).forEach(number -> bus.publish(COUNTED, new Counted(number)));
  }

  @Test
  void aSubscriberThatThrowsHearsTheNextFactAndHarmsNoOther(Vertx vertx, VertxTestContext test) {
    Bus bus = new Bus(vertx);
    Checkpoint afterItThrew = test.checkpoint();
    Checkpoint theOther = test.checkpoint(2);
    bus.subscribe(
        COUNTED,
        fact -> {
          if (fact.number() == 1) {
            throw new IllegalStateException("as the test wants it");
          }
          afterItThrew.flag();
        });
    bus.subscribe(COUNTED, fact -> theOther.flag());
    bus.publish(COUNTED, new Counted(1));
    bus.publish(COUNTED, new Counted(2));
  }
}
