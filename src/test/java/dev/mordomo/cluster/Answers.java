package dev.mordomo.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mordomo.kernel.Json;
import dev.mordomo.model.FakeModelServer.Asked;
import dev.mordomo.model.FakeModelServer.Behaviour;
import io.vertx.core.Vertx;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A model that answers each question with words that follow from it, a few at a time, so that what
 * anybody was told can be checked without having been there. Now and then it fails as servers do.
 */
final class Answers implements Behaviour {
  /** In a question: the model asks for a reminder before it answers. */
  static final String REMIND = "lembra";

  private static final int REMINDER_SECONDS = 2;

  private final Vertx vertx;
  private final Random random;
  private final AtomicInteger calls = new AtomicInteger();
  private volatile boolean failing;

  Answers(Vertx vertx, long seed) {
    this.vertx = vertx;
    this.random = new Random(seed);
  }

  /** From now on, every second request is refused, cut or answered with an error. */
  void fail(boolean from) {
    failing = from;
  }

  /** All that is said to a question, in its pieces. */
  static List<String> pieces(String question) {
    Random lengths = new Random(question.hashCode());
    int count = 8 + lengths.nextInt(25);
    List<String> pieces = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      pieces.add(question + "#" + i + (lengths.nextInt(6) == 0 ? ".\n" : " "));
    }
    return pieces;
  }

  static String text(String question) {
    return String.join("", pieces(question));
  }

  @Override
  public void answer(Asked asked) {
    JsonNode messages = asked.json().get("messages");
    String question = "";
    for (JsonNode message : messages) {
      if (message.get("role").asText().equals("user")) {
        question = message.get("content").asText();
      }
    }
    boolean acted = messages.get(messages.size() - 1).get("role").asText().equals("tool");
    int fault = fault();
    if (fault == 1) {
      Behaviour.status(503, "{\"error\":{\"message\":\"busy\"}}", java.util.Map.of()).answer(asked);
    } else if (fault == 2) {
      asked.cut();
    } else if (question.contains(REMIND) && !acted) {
      remind(asked, question);
    } else {
      say(asked, pieces(question), 0, fault == 3);
    }
  }

  private synchronized int fault() {
    return failing && random.nextBoolean() ? 1 + random.nextInt(3) : 0;
  }

  private void remind(Asked asked, String question) {
    String at =
        Instant.now().plusSeconds(REMINDER_SECONDS).truncatedTo(ChronoUnit.SECONDS).toString();
    Behaviour.calling(
            "call_" + calls.incrementAndGet(),
            "create_reminder",
            Json.write(java.util.Map.of("title", question, "scheduled_at", at)))
        .answer(asked);
  }

  private void say(Asked asked, List<String> pieces, int from, boolean breaks) {
    if (asked.isClosed()) {
      return;
    }
    if (breaks && from > pieces.size() / 2) {
      asked.cut();
    } else if (from == pieces.size()) {
      asked.finish();
    } else {
      asked.say(pieces.get(from));
      vertx.setTimer(wait(from), ignored -> say(asked, pieces, from + 1, breaks));
    }
  }

  private synchronized long wait(int piece) {
    // At first as a model that thinks, then in spurts.
    return piece == 0 ? 20 + random.nextInt(100) : 1 + random.nextInt(60);
  }
}
