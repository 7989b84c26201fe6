package dev.mordomo.chat;

import dev.mordomo.kernel.Json;
import dev.mordomo.kernel.Streams.Draft;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * What one turn says, on its way to its channel. Text that has not been flushed yet is joined into
 * one {@code turn.delta}; events keep their place between the texts. Thread-safe.
 */
final class TurnStream {
  final UUID turn;
  final UUID conversation;
  final UUID owner;
  final long fence;
  private final EventFlusher flusher;
  private final InstantSource clock;
  private final Optional<SentenceCutter> sentences;
  private final Runnable fencedOut;

  private final List<Draft> waiting = new ArrayList<>();
  private final StringBuilder text = new StringBuilder();
  private final StringBuilder all = new StringBuilder();
  private int nextDelta;
  private int nextSentence;
  private boolean closed;
  private boolean inFlight;
  private Optional<Promise<Void>> drained = Optional.empty();
  private long lastFlush = Long.MIN_VALUE;

  TurnStream(
      UUID turn,
      UUID conversation,
      UUID owner,
      long fence,
      boolean speech,
      EventFlusher flusher,
      InstantSource clock,
      Runnable fencedOut) {
    this.turn = turn;
    this.conversation = conversation;
    this.owner = owner;
    this.fence = fence;
    this.flusher = flusher;
    this.clock = clock;
    this.sentences = speech ? Optional.of(new SentenceCutter()) : Optional.empty();
    this.fencedOut = fencedOut;
  }

  /** A piece of the answer. */
  void say(String piece) {
    synchronized (this) {
      if (closed) {
        return;
      }
      text.append(piece);
      all.append(piece);
      sentences.ifPresent(cutter -> cutter.add(piece).forEach(this::sentence));
    }
    flusher.wake(this);
  }

  /** Another fact of the turn, after all that was said before it. */
  void event(String type, Map<String, ?> members) {
    synchronized (this) {
      if (closed) {
        return;
      }
      joinText();
      waiting.add(draft(type, members));
    }
    flusher.wake(this);
  }

  /** All that was said so far. */
  synchronized String said() {
    return all.toString();
  }

  /** Ends the stream: waits for the flush under way, and gives what was not flushed. */
  Future<List<Draft>> close() {
    synchronized (this) {
      closed = true;
      if (inFlight) {
        Promise<Void> promise = drained.orElseGet(Promise::promise);
        drained = Optional.of(promise);
        return promise.future().map(ignored -> rest());
      }
    }
    return Future.succeededFuture(rest());
  }

  private synchronized List<Draft> rest() {
    sentences.flatMap(SentenceCutter::rest).ifPresent(this::sentence);
    joinText();
    List<Draft> drafts = List.copyOf(waiting);
    waiting.clear();
    return drafts;
  }

  /** What is to be flushed now; empty when nothing is, or when the stream is closed. */
  synchronized List<Draft> take(long now) {
    if (closed || inFlight) {
      return List.of();
    }
    joinText();
    List<Draft> drafts = List.copyOf(waiting);
    waiting.clear();
    inFlight = !drafts.isEmpty();
    if (inFlight) {
      lastFlush = now;
    }
    return drafts;
  }

  /** When the next flush is due, in the clock of {@link System#nanoTime}. */
  synchronized long due(long join) {
    return lastFlush == Long.MIN_VALUE ? Long.MIN_VALUE : lastFlush + join;
  }

  synchronized boolean hasWaiting() {
    return !closed && !inFlight && (!waiting.isEmpty() || !text.isEmpty());
  }

  /**
   * The drafts that were taken are committed, or refused because the turn is another node's now.
   */
  void flushed(boolean committed) {
    Optional<Promise<Void>> waiter;
    boolean more;
    synchronized (this) {
      inFlight = false;
      waiter = drained;
      drained = Optional.empty();
      more = hasWaiting();
    }
    waiter.ifPresent(Promise::tryComplete);
    if (!committed) {
      fencedOut.run();
    } else if (more) {
      flusher.wake(this);
    }
  }

  private void sentence(String sentence) {
    joinText();
    waiting.add(draft("turn.sentence", Map.of("index", nextSentence++, "text", sentence)));
  }

  private void joinText() {
    if (!text.isEmpty()) {
      Map<String, Object> members = new LinkedHashMap<>();
      members.put("index", nextDelta++);
      members.put("text", text.toString());
      waiting.add(draft("turn.delta", members));
      text.setLength(0);
    }
  }

  /** A publication's data: {@code {type, at, turn_id, …}}. */
  Draft draft(String type, Map<String, ?> members) {
    Map<String, Object> payload = new LinkedHashMap<>();
    payload.put("type", type);
    payload.put("at", clock.instant());
    payload.put("turn_id", turn);
    payload.putAll(members);
    return new Draft(type, Json.write(payload));
  }
}
