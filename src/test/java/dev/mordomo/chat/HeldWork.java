package dev.mordomo.chat;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mordomo.action.Action;
import dev.mordomo.action.Actions;
import dev.mordomo.action.ToolContext;
import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.FailureCode;
import dev.mordomo.model.ToolCall;
import dev.mordomo.model.ToolSpec;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Work of a turn that lasts until the test lets it go. */
final class HeldWork {
  private final CountDownLatch reached = new CountDownLatch(1);
  private final CountDownLatch held = new CountDownLatch(1);

  /** Blocks its thread, as bad native code would, until the test lets go. */
  void block() {
    reached.countDown();
    try {
      if (!held.await(60, TimeUnit.SECONDS)) {
        throw new AssertionError("the test did not let go");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  void awaitReached() throws InterruptedException {
    assertTrue(reached.await(20, TimeUnit.SECONDS));
  }

  void letGo() {
    held.countDown();
  }

  /** One tool, {@code slow}, that blocks. */
  Actions slowTool() {
    return new Actions() {
      @Override
      public List<ToolSpec> tools() {
        return List.of(new ToolSpec("slow", "takes its time", Map.of("type", "object")));
      }

      @Override
      public Action run(ToolContext context, ToolCall call) {
        block();
        throw Failure.of(FailureCode.INTERNAL, "nobody waits for this any more");
      }
    };
  }
}
