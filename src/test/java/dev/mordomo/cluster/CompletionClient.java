package dev.mordomo.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mordomo.gateway.http.EventSource;
import dev.mordomo.gateway.http.EventSource.Event;
import dev.mordomo.kernel.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import java.util.function.IntSupplier;

/**
 * A client of OpenAI's interface: it asks again under the same {@code Idempotency-Key}, wherever
 * anybody answers, until it has an answer with a good end.
 */
final class CompletionClient extends FaultyWorldClient {
  private final List<String> answered = new ArrayList<>();
  private final List<String> asked = new ArrayList<>();

  /** As those of {@link FaultyWorldClient}. */
  CompletionClient(
      String name,
      IntSupplier doors,
      String token,
      UUID conversation,
      Random random,
      BooleanSupplier goesOn) {
    super(name, doors, token, conversation, random, goesOn);
  }

  /** All questions, in their order. */
  List<String> asked() {
    return List.copyOf(asked);
  }

  /** Those whose whole answer has come. */
  List<String> answered() {
    return List.copyOf(answered);
  }

  @Override
  void talk(String words) {
    asked.add(words);
    long deadline = System.nanoTime() + LONGEST_TURN.toNanos();
    Optional<String> answer = Optional.empty();
    while (answer.isEmpty() && System.nanoTime() - deadline < 0) {
      try {
        answer = attempt(words);
      } catch (RuntimeException | AssertionError e) {
        // No connection, or one that broke off: again.
        answer = Optional.empty();
      }
      if (answer.isEmpty()) {
        nap();
      }
    }
    if (answer.isEmpty()) {
      wrongs.add(name + ": nobody answered " + words);
    } else {
      answered.add(words);
      if (!answer.get().equals(Answers.text(words))) {
        wrongs.add(name + ": the answer to " + words + " was \"" + answer.get() + "\"");
      }
    }
  }

  /** The whole answer; empty when it has no good end. */
  private Optional<String> attempt(String words) {
    try (EventSource source =
        EventSource.post(
            url(),
            "/v1/chat/completions",
            token,
            Map.of("Idempotency-Key", words, "X-Conversation-Id", conversation.toString()),
            Json.write(
                Map.of(
                    "model",
                    "mordomo",
                    "stream",
                    true,
                    "messages",
                    List.of(Map.of("role", "user", "content", words)))))) {
      int status = source.status();
      if (status != 200) {
        if (status != 409 && status != 429 && status < 500) {
          wrongs.add(name + ": refused for good with " + status);
        }
        return Optional.empty();
      }
      return answer(source);
    }
  }

  private static Optional<String> answer(EventSource source) {
    StringBuilder said = new StringBuilder();
    boolean stopped = false;
    for (Optional<Event> event = source.next(); event.isPresent(); event = source.next()) {
      String text = event.get().text();
      if (text.equals("[DONE]")) {
        return stopped ? Optional.of(said.toString()) : Optional.empty();
      }
      if (text.isEmpty()) {
        continue;
      }
      JsonNode chunk = Json.read(text);
      if (chunk.has("error")) {
        return Optional.empty();
      }
      said.append(chunk.at("/choices/0/delta/content").asText(""));
      stopped |= chunk.at("/choices/0/finish_reason").asText("").equals("stop");
    }
    return Optional.empty();
  }
}
