package dev.mordomo.model.embedded.extractive.answer;

import dev.mordomo.model.EmbeddingModel;
import dev.mordomo.model.Passage;
import dev.mordomo.model.embedded.extractive.reply.Replies;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.List;

/** Answers questions from passages. */
public final class Answerer {

  public Answerer(EmbeddingModel embedding, Vertx vertx) {}

  /** Never fails for want of an answer: then it says so. */
  public Future<Answer> answer(String question, String language, List<Passage> passages) {
    Replies replies = Replies.in(language);
    if (question.isBlank()) {
      return Future.succeededFuture(new Answer(replies.say("nothing.empty"), 0));
    }
    if (passages.isEmpty()) {
      return Future.succeededFuture(new Answer(replies.say("nothing"), 0.9));
    }
    Passage best = passages.getFirst();
    String text = best.text().lines().filter(line -> !line.isBlank()).findFirst().orElse("");
    return Future.succeededFuture(new Answer(text + " [" + best.n() + "]", 0.3));
  }
}
