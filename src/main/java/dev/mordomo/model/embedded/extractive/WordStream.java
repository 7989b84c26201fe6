package dev.mordomo.model.embedded.extractive;

import dev.mordomo.kernel.Failure;
import dev.mordomo.model.ChatObserver;
import dev.mordomo.model.ChatResult;
import dev.mordomo.model.ModelCall;
import dev.mordomo.model.ToolCall;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Says a reply word by word to one observer, and stops for good when it is cancelled.
 *
 * <p>Every call of the observer is made under one lock, so that none can begin after {@code cancel}
 * has returned. An observer may cancel from within a call.
 */
final class WordStream implements ModelCall {
  /** A common rule of thumb for Latin scripts. */
  private static final int CHARACTERS_A_TOKEN = 4;

  private final ReentrantLock lock = new ReentrantLock();
  private final Vertx vertx;
  private final Context context;
  private final Duration pause;
  private final ChatObserver observer;
  private boolean over;

  WordStream(Vertx vertx, Duration pause, ChatObserver observer) {
    this.vertx = vertx;
    this.context = vertx.getOrCreateContext();
    this.pause = pause;
    this.observer = observer;
  }

  @Override
  public void cancel() {
    lock.lock();
    try {
      over = true;
    } finally {
      lock.unlock();
    }
  }

  void fail(Failure failure) {
    lock.lock();
    try {
      if (!over) {
        over = true;
        observer.onFailure(failure);
      }
    } finally {
      lock.unlock();
    }
  }

  /** Begins to say the reply, no more than so many tokens of it. */
  void say(Reply reply, int promptTokens, int maxTokens) {
    long most = (long) maxTokens * CHARACTERS_A_TOKEN;
    boolean cut = reply.text().length() > most;
    String text = cut ? whole(reply.text(), (int) most) : reply.text();
    List<String> words = words(text);
    ChatResult result =
        new ChatResult(
            !reply.calls().isEmpty() ? "tool_calls" : cut ? "length" : "stop",
            new ChatResult.Tokens(promptTokens, tokens(text) + 8 * reply.calls().size()),
            Optional.of(reply.intent()),
            Optional.of(reply.confidence()));
    context.runOnContext(go -> next(words, 0, reply.calls(), result));
  }

  /** About how many tokens a text is. */
  static int tokens(String text) {
    return (text.length() + CHARACTERS_A_TOKEN - 1) / CHARACTERS_A_TOKEN;
  }

  private void next(List<String> words, int at, List<ToolCall> calls, ChatResult result) {
    int index = at;
    lock.lock();
    try {
      while (index < words.size() && !over) {
        observer.onText(words.get(index));
        index++;
        if (!pause.isZero()) {
          break;
        }
      }
      for (ToolCall call : calls) {
        if (index == words.size() && !over) {
          observer.onToolCall(call);
        }
      }
      if (index == words.size() && !over) {
        over = true;
        observer.onComplete(result);
      }
      if (over) {
        return;
      }
    } finally {
      lock.unlock();
    }
    int from = index;
    vertx.setTimer(Math.max(1, pause.toMillis()), fired -> next(words, from, calls, result));
  }

  /** The text's first characters, without half of a surrogate pair. */
  private static String whole(String text, int length) {
    return text.substring(
        0, Character.isHighSurrogate(text.charAt(length - 1)) ? length - 1 : length);
  }

  /** Words, each with the white space behind it. */
  private static List<String> words(String text) {
    List<String> words = new ArrayList<>();
    int start = 0;
    for (int at = 1; at < text.length(); at++) {
      boolean begins =
          !Character.isWhitespace(text.charAt(at)) && Character.isWhitespace(text.charAt(at - 1));
      if (begins) {
        words.add(text.substring(start, at));
        start = at;
      }
    }
    if (start < text.length()) {
      words.add(text.substring(start));
    }
    return words;
  }
}
