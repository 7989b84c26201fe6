package dev.mordomo.chat;

import dev.mordomo.kernel.Json;
import dev.mordomo.kernel.Streams.Draft;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * What one turn says, on its way to its channel. Text that has not been flushed yet is joined into
 * one {@code turn.delta}; events keep their place between the texts. Thread-safe.
 *
 * <p>Its events are numbered, so that one that is sent again is known. What was flushed of late is
 * kept, since a crash of PostgreSQL may lose it: it is said again then.
 */
final class TurnStream {
  /**
   * PostgreSQL writes an asynchronous commit within three turns of its WAL writer, 0.6 s; on a
   * machine without a free processor more than two seconds were lost once.
   */
  private static final long KEPT_NANOS = Duration.ofSeconds(10).toNanos();

  /** What ends a turn from below. */
  interface Keeper {
    /** The turn is another node's now. */
    void fencedOut();

    /** Nothing could be stored for so long that the turn has to stop. */
    void stalled();
  }

  /**
   * Events on their way, in order.
   *
   * @param first the number of the first in its turn, from 0
   */
  record Flight(TurnStream stream, long first, List<Draft> drafts) {
    Flight {
      drafts = List.copyOf(drafts);
    }

    long end() {
      return first + drafts.size();
    }
  }

  private record Kept(Flight flight, long at) {}

  final UUID turn;
  final UUID conversation;
  final UUID owner;
  final long fence;
  private final EventFlusher flusher;
  private final InstantSource clock;
  private final Optional<SentenceCutter> sentences;
  private final Duration patience;
  private final Keeper keeper;

  private final List<Draft> waiting = new ArrayList<>();
  private final StringBuilder text = new StringBuilder();
  private final StringBuilder all = new StringBuilder();
  private int nextDelta;
  private int nextSentence;
  private boolean closed;

  private Optional<Flight> inFlight = Optional.empty();
  private final Deque<Kept> kept = new ArrayDeque<>();

  /** How many events of the turn are in its channel. */
  private long flushed;

  /** Since when something waits to be stored; 0: nothing does. */
  private long waitsSince;

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
      Duration patience,
      Keeper keeper) {
    this.turn = turn;
    this.conversation = conversation;
    this.owner = owner;
    this.fence = fence;
    this.flusher = flusher;
    this.clock = clock;
    this.sentences = speech ? Optional.of(new SentenceCutter()) : Optional.empty();
    this.patience = patience;
    this.keeper = keeper;
  }

  /** A piece of the answer. */
  void say(String said) {
    // PostgreSQL has no place for U+0000 in a text.
    String piece = said.replace('\0', '\uFFFD');
    boolean late;
    synchronized (this) {
      if (closed) {
        return;
      }
      text.append(piece);
      all.append(piece);
      sentences.ifPresent(cutter -> cutter.add(piece).forEach(this::sentence));
      late = isLate();
    }
    flusher.wake(this);
    if (late) {
      keeper.stalled();
    }
  }

  /** Whether what waits has waited too long; memory is bounded by that. */
  private boolean isLate() {
    long now = System.nanoTime();
    if (waitsSince == 0) {
      waitsSince = now;
    }
    return now - waitsSince > patience.toNanos();
  }

  /** Another fact of the turn, after all that was said before it. */
  void event(String type, Map<String, ?> members) {
    boolean late;
    synchronized (this) {
      if (closed) {
        return;
      }
      joinText(text.length());
      waiting.add(draft(type, members));
      late = isLate();
    }
    flusher.wake(this);
    if (late) {
      keeper.stalled();
    }
  }

  /** All that was said so far. */
  synchronized String said() {
    return all.toString();
  }

  /**
   * Ends the stream: waits for the flush under way, and gives what was not flushed, to be stored
   * with the turn's end.
   */
  Future<List<Draft>> close() {
    Future<Void> flushed;
    synchronized (this) {
      closed = true;
      if (inFlight.isEmpty()) {
        return Future.succeededFuture(rest());
      }
      Promise<Void> promise = drained.orElseGet(Promise::promise);
      drained = Optional.of(promise);
      flushed = promise.future();
    }
    return flushed.map(ignored -> rest());
  }

  /** How many of the turn's events are in its channel, as far as is known. */
  synchronized long count() {
    return flushed;
  }

  /**
   * PostgreSQL has lost some of what was flushed before the stream was closed.
   *
   * @param count how many of the turn's events are in its channel
   * @return those after them, to be stored with the turn's end
   */
  synchronized List<Draft> lost(long count) {
    flushed = count;
    return keptFrom(count);
  }

  private synchronized List<Draft> rest() {
    sentences.flatMap(SentenceCutter::rest).ifPresent(this::sentence);
    joinText(text.length());
    List<Draft> drafts = List.copyOf(waiting);
    waiting.clear();
    return drafts;
  }

  /** What is to be flushed now; empty when nothing is, or when the stream is closed. */
  synchronized Optional<Flight> take(long now) {
    if (closed || inFlight.isPresent()) {
      return Optional.empty();
    }
    joinText(whole());
    if (waiting.isEmpty()) {
      return Optional.empty();
    }
    inFlight = Optional.of(new Flight(this, flushed, waiting));
    waiting.clear();
    lastFlush = now;
    return inFlight;
  }

  /** When the next flush is due, in the clock of {@link System#nanoTime}. */
  synchronized long due(long join) {
    return lastFlush == Long.MIN_VALUE ? Long.MIN_VALUE : lastFlush + join;
  }

  private boolean hasWaiting() {
    return !closed && inFlight.isEmpty() && (!waiting.isEmpty() || whole() > 0);
  }

  /**
   * The flight has landed.
   *
   * @param count how many of the turn's events are in its channel: fewer than were sent when
   *     PostgreSQL has lost some, which are said again
   */
  void flushed(long count) {
    boolean more;
    Optional<Promise<Void>> waiter;
    synchronized (this) {
      Flight flight = inFlight.orElseThrow();
      inFlight = Optional.empty();
      if (count < flight.end()) {
        sayAgain(flight, count);
      } else {
        keep(flight);
      }
      flushed = count;
      waiter = drained;
      drained = Optional.empty();
      more = hasWaiting();
      waitsSince = more ? System.nanoTime() : 0;
    }
    waiter.ifPresent(Promise::tryComplete);
    if (more) {
      flusher.wake(this);
    }
  }

  private void keep(Flight flight) {
    long now = System.nanoTime();
    kept.addLast(new Kept(flight, now));
    while (now - kept.getFirst().at() > KEPT_NANOS) {
      kept.removeFirst();
    }
  }

  /** Puts back what is not there, from number {@code count} on. */
  private void sayAgain(Flight flight, long count) {
    List<Draft> lost = keptFrom(count);
    lost.addAll(flight.drafts());
    waiting.addAll(0, lost);
  }

  private List<Draft> keptFrom(long count) {
    List<Draft> lost = new ArrayList<>();
    for (Kept before : kept) {
      List<Draft> drafts = before.flight().drafts();
      long there = count - before.flight().first();
      lost.addAll(drafts.subList(Math.clamp(there, 0, drafts.size()), drafts.size()));
    }
    kept.clear();
    return lost;
  }

  /** The flight was refused: the turn is another node's now. */
  void refused() {
    Optional<Promise<Void>> waiter;
    synchronized (this) {
      inFlight = Optional.empty();
      waiter = drained;
      drained = Optional.empty();
    }
    waiter.ifPresent(Promise::tryComplete);
    keeper.fencedOut();
  }

  private void sentence(String sentence) {
    joinText(text.length());
    waiting.add(draft("turn.sentence", Map.of("index", nextSentence++, "text", sentence)));
  }

  /** How much of the text can be said: half a character waits for its other half. */
  private int whole() {
    int length = text.length();
    return length > 0 && Character.isHighSurrogate(text.charAt(length - 1)) ? length - 1 : length;
  }

  private void joinText(int length) {
    if (length > 0) {
      Map<String, Object> members = new LinkedHashMap<>();
      members.put("index", nextDelta++);
      members.put("text", text.substring(0, length));
      waiting.add(draft("turn.delta", members));
      text.delete(0, length);
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
