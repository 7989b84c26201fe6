package dev.mordomo.cluster;

import dev.mordomo.NodeProcess;
import dev.mordomo.TcpProxy;
import dev.mordomo.kernel.TestDatabase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;

/**
 * Does damage at random, from a seed: to nodes, to their clients' connections, to their database
 * and its connections, to the model server, to Redis and to the bus. Of three nodes one at a time
 * is killed or frozen.
 */
final class Faults {
  /** What can happen, and how often it does. */
  enum Kind {
    KILL(4),
    FREEZE(3),
    CUT(4),
    RESET(3),
    HALF_OPEN(2),
    SLOW(2),
    DATABASE_CUT(4),
    DATABASE_MUTE(3),
    DATABASE_RESTART(1),
    MODEL(3),
    REDIS_KILL(2),
    REDIS_FREEZE(2),
    BUS_CUT(3),
    BUS_LOSS(4);

    private final int weight;

    Kind(int weight) {
      this.weight = weight;
    }
  }

  /** What happens to nodes and the database, to connections, and to what nobody may depend on. */
  private static final List<Set<Kind>> LANES =
      List.of(
          EnumSet.of(Kind.KILL, Kind.FREEZE, Kind.DATABASE_RESTART),
          EnumSet.of(
              Kind.CUT,
              Kind.RESET,
              Kind.HALF_OPEN,
              Kind.SLOW,
              Kind.DATABASE_CUT,
              Kind.DATABASE_MUTE,
              Kind.MODEL),
          EnumSet.range(Kind.REDIS_KILL, Kind.BUS_LOSS));

  private final long seed;
  private final Fleet fleet;
  private final Answers model;
  private final Map<Kind, Integer> done = new EnumMap<>(Kind.class);
  private final List<String> log = new ArrayList<>();
  private final long began = System.nanoTime();

  Faults(long seed, Fleet fleet, Answers model) {
    this.seed = seed;
    this.fleet = fleet;
    this.model = model;
  }

  /** Fault after fault for so long, three at a time; all is healed when this returns. */
  void rage(Duration time) throws InterruptedException, ExecutionException {
    long end = System.nanoTime() + time.toNanos();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> lanes = new ArrayList<>();
      for (int i = 0; i < LANES.size(); i++) {
        Random random = new Random(seed + i);
        Set<Kind> kinds = LANES.get(i);
        lanes.add(threads.submit(() -> rage(random, kinds, end)));
      }
      for (Future<?> lane : lanes) {
        lane.get();
      }
    }
    model.fail(false);
  }

  private void rage(Random random, Set<Kind> kinds, long end) {
    while (System.nanoTime() - end < 0) {
      Kind kind = choose(random, kinds);
      int node = random.nextInt(fleet.size());
      note(kind, node);
      happen(random, kind, node);
      pause(200 + random.nextInt(800));
    }
  }

  private synchronized void note(Kind kind, int node) {
    log.add("%5.1f s %s %d".formatted((System.nanoTime() - began) / 1e9, kind, node));
    done.merge(kind, 1, Integer::sum);
  }

  private static Kind choose(Random random, Set<Kind> kinds) {
    int at = random.nextInt(kinds.stream().mapToInt(kind -> kind.weight).sum());
    for (Kind kind : kinds) {
      at -= kind.weight;
      if (at < 0) {
        return kind;
      }
    }
    throw new IllegalStateException("weights");
  }

  private void happen(Random random, Kind kind, int node) {
    TcpProxy clients = fleet.clients(node);
    TcpProxy database = fleet.database(node);
    switch (kind) {
      case KILL -> {
        fleet.node(node).kill();
        pause(200 + random.nextInt(1500));
        fleet.restart(node);
      }
      case FREEZE -> {
        NodeProcess frozen = fleet.node(node);
        frozen.freeze();
        // Sometimes longer than its lease.
        pause(300 + random.nextInt(5000));
        frozen.wake();
      }
      case CUT -> clients.cut();
      case RESET -> clients.reset();
      case HALF_OPEN -> {
        clients.hold();
        pause(500 + random.nextInt(3000));
        clients.reset();
        clients.heal();
      }
      case SLOW -> {
        clients.delay(Duration.ofMillis(100));
        pause(500 + random.nextInt(1500));
        clients.heal();
      }
      case DATABASE_CUT -> database.reset();
      case DATABASE_MUTE -> {
        // Statements arrive and are done; that they were is never heard.
        database.hold(TcpProxy.Way.TO_CLIENT);
        pause(100 + random.nextInt(600));
        database.reset();
        database.heal();
      }
      case DATABASE_RESTART -> {
        if (System.getenv("MORDOMO_TEST_SHARED_SERVER") == null) {
          TestDatabase.restartServer();
        }
      }
      case MODEL -> {
        model.fail(true);
        pause(500 + random.nextInt(1500));
        model.fail(false);
      }
      case REDIS_KILL -> {
        fleet.redis().kill();
        pause(200 + random.nextInt(2000));
        // With nothing of what it had.
        fleet.redis().start();
      }
      case REDIS_FREEZE -> {
        fleet.redis().freeze();
        pause(200 + random.nextInt(2000));
        fleet.redis().wake();
      }
      case BUS_CUT -> fleet.bus(node).reset();
      case BUS_LOSS -> {
        // What the others say to this node vanishes, and nobody is told.
        fleet.bus(node).hold();
        pause(100 + random.nextInt(1500));
        fleet.bus(node).reset();
        fleet.bus(node).heal();
      }
    }
  }

  private static void pause(long millis) {
    LockSupport.parkNanos(Duration.ofMillis(millis).toNanos());
  }

  /** How often each thing happened. */
  synchronized String summary() {
    return done.entrySet().stream()
        .map(entry -> entry.getValue() + " " + entry.getKey())
        .collect(Collectors.joining(", "));
  }

  /** What happened when, for a failure's report. */
  synchronized List<String> log() {
    return List.copyOf(log);
  }
}
