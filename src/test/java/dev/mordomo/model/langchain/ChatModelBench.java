package dev.mordomo.model.langchain;

import dev.mordomo.kernel.Failure;
import dev.mordomo.model.ChatModel;
import dev.mordomo.model.ChatObserver;
import dev.mordomo.model.ChatResult;
import dev.mordomo.model.FakeModelServer.Behaviour;
import dev.mordomo.model.ToolCall;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.Collections;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What one streamed answer of 20 tokens costs, beside the same request and answer on the bare HTTP
 * client, in the same process as the server that answers: the difference is the cost of reading it.
 */
@Tag("bench")
class ChatModelBench {
  private static final Logger LOG = LoggerFactory.getLogger(ChatModelBench.class);
  private static final int WARM_UP = 20_000;
  private static final int ROUND = 20_000;
  private static final int AT_ONCE = 50;

  private final LangChainHouse house = new LangChainHouse();

  @BeforeEach
  void open() {
    house
        .server
        .withoutRecording()
        .always(Behaviour.saying(Collections.nCopies(20, "palavra ").toArray(String[]::new)));
  }

  @AfterEach
  void close() {
    house.close();
  }

  @Test
  void requestsPerSecond() throws Exception {
    ChatModel model = house.openAi(Map.of());
    run(WARM_UP, done -> bare(done));
    run(WARM_UP, done -> model.stream(LangChainHouse.asking("Quanto custa o plano pro?"), done));
    for (int round = 0; round < 3; round++) {
      say("bare HTTP client", run(ROUND, done -> bare(done)));
      say(
          "chat model",
          run(
              ROUND,
              done -> model.stream(LangChainHouse.asking("Quanto custa o plano pro?"), done)));
    }
  }

  private void bare(Done done) {
    house
        .http
        .loop()
        .runOnContext(ignored ->
            house
                .http
                .client()
                .request(
                    new RequestOptions()
                        .setMethod(HttpMethod.POST)
                        .setAbsoluteURI(house.server.openAiUrl() + "/chat/completions"))
                .compose(request -> request.send(Buffer.buffer("x".repeat(300))))
                .compose(response -> response.body())
                .onComplete(body -> done.finished()));
  }

  private record Cost(Duration wall, Duration cpu) {}

  private static void say(String what, Cost cost) {
    LOG.warn(
        "{}: {} answers/s, {} µs CPU each (client and server)",
        what,
        ROUND * 1000L / cost.wall().toMillis(),
        cost.cpu().toNanos() / 1000 / ROUND);
  }

  @FunctionalInterface
  private interface Asking {
    void ask(Done done);
  }

  private static Cost run(int count, Asking asking) throws InterruptedException {
    Semaphore slots = new Semaphore(AT_ONCE);
    CountDownLatch all = new CountDownLatch(count);
    long cpu = cpu();
    long from = System.nanoTime();
    for (int i = 0; i < count; i++) {
      slots.acquire();
      asking.ask(new Done(slots, all));
    }
    if (!all.await(60, TimeUnit.SECONDS)) {
      throw new AssertionError(all.getCount() + " answers are missing");
    }
    return new Cost(Duration.ofNanos(System.nanoTime() - from), Duration.ofNanos(cpu() - cpu));
  }

  private static long cpu() {
    return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
        .getProcessCpuTime();
  }

  private record Done(Semaphore slots, CountDownLatch all) implements ChatObserver {
    void finished() {
      slots.release();
      all.countDown();
    }

    @Override
    public void onText(String text) {}

    @Override
    public void onToolCall(ToolCall call) {}

    @Override
    public void onComplete(ChatResult result) {
      finished();
    }

    @Override
    public void onFailure(Failure failure) {
      LOG.error("failed", failure);
      finished();
    }
  }
}
