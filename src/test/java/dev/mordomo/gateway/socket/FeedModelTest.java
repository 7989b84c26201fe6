package dev.mordomo.gateway.socket;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mordomo.kernel.Ids;
import dev.mordomo.kernel.Streams;
import dev.mordomo.kernel.Streams.Advanced;
import dev.mordomo.kernel.Streams.Entry;
import dev.mordomo.kernel.Streams.Missed;
import dev.mordomo.kernel.Streams.Position;
import dev.mordomo.kernel.Streams.StreamEvent;
import dev.mordomo.kernel.Streams.Tail;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * A channel's feed against a model: random interleavings of commits, of bus messages that are lost,
 * doubled and reordered, of listeners that come with all kinds of positions, of readers that are
 * slow or fail, of crashes that take commits with them, and of rows that end. Every listener gets
 * each event once, in order, without a gap; or is told that it can't.
 */
class FeedModelTest {
  private static final int RUNS = Integer.getInteger("mordomo.test.runs", 400);
  private static final long FIRST_SEED = Long.getLong("mordomo.test.seed", 1);
  private static final int STEPS = 400;

  @Test
  void everyListenerGetsEachEventOnceInOrderOrIsToldThatItCannot() {
    int lost = 0;
    int heard = 0;
    for (long seed = FIRST_SEED; seed < FIRST_SEED + RUNS; seed++) {
      World world = new World(seed);
      try {
        world.run();
      } catch (RuntimeException | AssertionError e) {
        throw new AssertionError(
            "-Dmordomo.test.runs=1 -Dmordomo.test.seed="
                + seed
                + "\n"
                + String.join("\n", world.log),
            e);
      }
      lost += world.lost;
      heard += world.heard;
    }
    // The model does visit what it is about.
    assertTrue(lost > RUNS / 10, "lost " + lost);
    assertTrue(heard > 100 * RUNS, "heard " + heard);
  }

  @FunctionalInterface
  private interface Task {
    /** One step of work; what is to be done after it, if anything. */
    Optional<Task> step();
  }

  private static final class World {
    private static final int PAGE = 4;
    private static final int REPLAYED = 12;

    private final Random random;
    private final List<String> log = new ArrayList<>();
    private final Channel channel = Channel.ofConversation(Ids.next());
    private Feed feed = new Feed(channel);

    // The table.
    private int epochs = 1;
    private int committed;
    private long last;
    private final TreeMap<Long, StreamEvent> rows = new TreeMap<>();

    /** What was ever at an offset in an epoch. */
    private final Map<Position, StreamEvent> truth = new HashMap<>();

    private final List<Advanced> bus = new ArrayList<>();
    private final List<Task> tasks = new ArrayList<>();
    private final List<Ear> ears = new ArrayList<>();
    private final List<Position> known = new ArrayList<>();
    private int lost;
    private int heard;

    private World(long seed) {
      random = new Random(seed);
    }

    private void run() {
      for (int i = 0; i < STEPS; i++) {
        switch (random.nextInt(20)) {
          case 0, 1, 2, 3, 4 -> commit();
          case 5, 6, 7, 8, 9 -> deliver();
          case 10 -> join();
          case 11 -> watch();
          case 12 -> rarely();
          default -> work();
        }
      }
      settle();
    }

    private void rarely() {
      switch (random.nextInt(8)) {
        case 0, 1 -> crash();
        case 2 -> forget();
        case 3, 4 -> leave();
        default -> join();
      }
    }

    private void log(String what) {
      log.add(what);
    }

    private String epoch() {
      return "e" + epochs;
    }

    private Position end() {
      return new Position(epoch(), last);
    }

    private void commit() {
      int n = 1 + random.nextInt(3);
      List<StreamEvent> events = new ArrayList<>();
      for (int i = 0; i < n; i++) {
        last++;
        StreamEvent event = new StreamEvent(last, "t", "{\"n\":" + ++committed + "}");
        rows.put(last, event);
        truth.put(end(), event);
        events.add(event);
      }
      log("commit to " + end());
      Advanced advanced = new Advanced(channel.id(), channel.id(), epoch(), events);
      int copies = random.nextInt(10) < 2 ? 0 : random.nextInt(10) < 1 ? 2 : 1;
      for (int i = 0; i < copies; i++) {
        bus.add(advanced);
      }
    }

    private void deliver() {
      if (!bus.isEmpty()) {
        Advanced advanced = bus.remove(random.nextInt(Math.min(3, bus.size())));
        log("bus says " + advanced.epoch() + " " + advanced.events().getLast().offset());
        if (feed.offer(advanced, 0)) {
          tasks.add(fill());
        }
      }
    }

    /** Some of the last commits are gone, and their offsets are given again. */
    private void crash() {
      epochs++;
      last -= random.nextInt((int) Math.min(last, 4) + 1);
      rows.tailMap(last, false).clear();
      rows.forEach((offset, event) -> truth.put(new Position(epoch(), offset), event));
      log("crash: " + end());
    }

    /** The oldest rows end. */
    private void forget() {
      rows.headMap(last - random.nextInt(10)).clear();
      log("rows begin at " + (rows.isEmpty() ? "none" : rows.firstKey()));
    }

    private void leave() {
      if (random.nextBoolean()) {
        forget();
      } else if (!ears.isEmpty()) {
        Ear ear = ears.get(random.nextInt(ears.size()));
        ear.gone = true;
        feed.remove(ear.subscription);
        if (feed.isEmpty()) {
          feed = new Feed(channel);
        }
        log("leaves " + ear.name);
      }
    }

    private void watch() {
      Feed watched = feed;
      tasks.add(() -> {
        Position read = end();
        log("watch reads " + read);
        return Optional.of(
            () -> watched.check(read) ? Optional.of(fill(watched)) : Optional.empty());
      });
    }

    private Task fill() {
      return fill(feed);
    }

    private Task fill(Feed filled) {
      return () -> {
        Feed.Gap gap = filled.gap();
        return Optional.of(() -> {
          Tail tail = new Tail(epoch(), page(gap.after(), PAGE));
          return Optional.of(() -> {
            if (random.nextInt(10) == 0) {
              log("fill fails");
              filled.fillFailed();
              return Optional.empty();
            }
            log("fill " + gap + " of " + tail.epoch() + " with " + tail.events().size());
            return filled.fill(gap, tail, tail.events().size() < PAGE)
                ? Optional.of(fill(filled))
                : Optional.empty();
          });
        });
      };
    }

    private List<StreamEvent> page(long after, int limit) {
      return rows.tailMap(after, false).values().stream().limit(limit).toList();
    }

    private void join() {
      Optional<Position> since =
          switch (random.nextInt(5)) {
            case 0 -> Optional.empty();
            case 1 -> Optional.of(new Position("none", random.nextInt(9)));
            case 2 -> Optional.of(new Position(epoch(), last + random.nextInt(5) - 2));
            default ->
                known.isEmpty()
                    ? Optional.empty()
                    : Optional.of(known.get(random.nextInt(known.size())));
          };
      Ear ear = new Ear("ear " + ears.size(), since);
      ears.add(ear);
      Feed entered = feed;
      entered.add(ear.subscription, 0);
      log(ear.name + " comes since " + since);
      tasks.add(enter(entered, ear));
    }

    private Task enter(Feed entered, Ear ear) {
      return () -> {
        Entry entry = read(ear.since);
        log(ear.name + " reads " + entry.end());
        return Optional.of(() -> {
          if (ear.gone) {
            return Optional.empty();
          }
          if (!entered.admit(ear.subscription, entry)) {
            log(ear.name + " reads again");
            return Optional.of(enter(entered, ear));
          }
          return entered.isBehind() ? Optional.of(fill(entered)) : Optional.empty();
        });
      };
    }

    /** As {@link Streams#enter} does. */
    private Entry read(Optional<Position> since) {
      Optional<Missed> missed =
          since.flatMap(
              from -> Streams.missed(end(), from, page(from.offset(), REPLAYED + 1), REPLAYED));
      return new Entry(end(), missed.isPresent(), missed.map(Missed::events).orElse(List.of()));
    }

    private void work() {
      if (!tasks.isEmpty()) {
        tasks.remove(random.nextInt(tasks.size())).step().ifPresent(tasks::add);
      }
    }

    /** The bus is silent from now on: the watchdog alone has to bring everyone to the end. */
    private void settle() {
      log("settle");
      bus.clear();
      for (int i = 0; i < 6; i++) {
        watch();
        while (!tasks.isEmpty()) {
          work();
        }
      }
      for (Ear ear : ears) {
        if (!ear.gone && !ear.isLost) {
          assertTrue(ear.hasEntered, ear.name + " never entered");
          assertEquals(end(), ear.at, ear.name + " is not at the end");
        }
        heard += ear.events;
        lost += ear.isLost ? 1 : 0;
      }
    }

    /** A listener that checks every single thing that it hears. */
    private final class Ear implements Listener {
      private final String name;
      private final Optional<Position> since;
      private final Subscription subscription = new Subscription(channel, this, gone -> {});
      private Position at = new Position("", 0);
      private boolean hasEntered;
      private boolean isLost;
      private boolean gone;
      private int events;

      private Ear(String name, Optional<Position> since) {
        this.name = name;
        this.since = since;
      }

      @Override
      public void entered(Entry entry) {
        assertTrue(!hasEntered && !gone, name);
        hasEntered = true;
        if (entry.recovered()) {
          Position from = since.orElseThrow();
          assertEquals(from.epoch(), entry.end().epoch(), name);
          at = from;
          entry.events().forEach(this::next);
          assertEquals(entry.end(), at, name + " was recovered");
        } else {
          assertTrue(entry.events().isEmpty(), name);
        }
        at = entry.end();
        known.add(at);
      }

      @Override
      public void heard(Batch batch) {
        assertTrue(hasEntered && !isLost && !gone, name);
        batch.events().forEach(this::next);
        known.add(at);
      }

      private void next(StreamEvent event) {
        Position place = new Position(at.epoch(), at.offset() + 1);
        assertEquals(place.offset(), event.offset(), name);
        assertEquals(truth.get(place), event, name + " at " + place);
        at = place;
        events++;
      }

      @Override
      public void lost() {
        assertTrue(hasEntered && !isLost && !gone, name);
        log(name + " is lost");
        isLost = true;
      }
    }
  }
}
