package dev.mordomo.chat;

import dev.mordomo.kernel.Scope;
import dev.mordomo.model.ChatModel;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Where each turn of this node is: it runs, waits, or is on its way from one to the other. A turn
 * that the database has as this node's and that is in none of these places was lost between a
 * commit and its answer. Thread-safe.
 */
final class TurnsHere {
  private final Map<UUID, RunningTurn> running = new ConcurrentHashMap<>();
  private final Map<UUID, Queued> queued = new ConcurrentHashMap<>();

  /** How many threads bring a turn on its way just now; two may try to claim the same one. */
  private final Map<UUID, Integer> starting = new ConcurrentHashMap<>();

  /** Stops that came for turns that do not run yet, but will. */
  private final Map<UUID, TurnCancelWanted> stops = new ConcurrentHashMap<>();

  /** What was begun to run here, and has not ended as the database has it. */
  private final Set<UUID> ran = ConcurrentHashMap.newKeySet();

  /** A turn that waits for the one before it. */
  record Queued(
      UUID turn,
      UUID messageId,
      UUID conversation,
      Scope scope,
      TurnRequest request,
      ChatModel model,
      Optional<List<UUID>> collections) {}

  boolean has(UUID turn) {
    return starting.containsKey(turn) || queued.containsKey(turn) || running.containsKey(turn);
  }

  boolean isIdle() {
    return running.isEmpty() && starting.isEmpty();
  }

  // ── On its way ─────────────────────────────────────────────────────────────────────────────────

  void enter(UUID turn) {
    starting.merge(turn, 1, Integer::sum);
  }

  void leave(UUID turn) {
    if (starting.computeIfPresent(turn, (id, count) -> count == 1 ? null : count - 1) == null) {
      stops.remove(turn);
    }
  }

  /** It is to stop: at once if it runs, as soon as it does if it is on its way. */
  void stop(TurnCancelWanted wanted) {
    UUID turn = wanted.turn();
    if (starting.containsKey(turn)) {
      stops.put(turn, wanted);
    }
    // It may have begun to run meanwhile, without having seen the stop.
    running(turn).ifPresent(run -> run.cancel(wanted.spokenChars()));
  }

  // ── Running ────────────────────────────────────────────────────────────────────────────────────

  void run(RunningTurn turn) {
    ran.add(turn.id());
    running.put(turn.id(), turn);
    Optional.ofNullable(stops.remove(turn.id())).ifPresent(stop -> turn.cancel(stop.spokenChars()));
  }

  void ended(RunningTurn turn) {
    running.remove(turn.id(), turn);
  }

  Optional<RunningTurn> running(UUID turn) {
    return Optional.ofNullable(running.get(turn));
  }

  List<RunningTurn> running() {
    return List.copyOf(running.values());
  }

  int runningCount() {
    return running.size();
  }

  /** Of what was begun to run here and is nowhere here now, forgets what is not among these. */
  void forgetRanExcept(Set<UUID> open) {
    ran.removeIf(turn -> !open.contains(turn) && !has(turn));
  }

  boolean hasRun(UUID turn) {
    return ran.contains(turn);
  }

  // ── Waiting ────────────────────────────────────────────────────────────────────────────────────

  void queue(Queued turn) {
    queued.put(turn.turn(), turn);
  }

  Optional<Queued> unqueue(UUID turn) {
    return Optional.ofNullable(queued.remove(turn));
  }

  Optional<Queued> queued(UUID turn) {
    return Optional.ofNullable(queued.get(turn));
  }

  /** Those that wait in a conversation, the oldest first. */
  List<Queued> queuedIn(UUID conversation) {
    return queued.values().stream()
        .filter(turn -> turn.conversation().equals(conversation))
        .sorted(Comparator.comparing(Queued::turn))
        .toList();
  }

  Set<UUID> allQueued() {
    return Set.copyOf(queued.keySet());
  }

  List<UUID> conversationsThatWait() {
    return queued.values().stream().map(Queued::conversation).distinct().toList();
  }

  /** They were cancelled, or taken, on another node; or are just being taken here. */
  void unqueueUnlessOnTheirWay(Set<UUID> turns) {
    turns.stream().filter(turn -> !starting.containsKey(turn)).forEach(queued::remove);
  }
}
