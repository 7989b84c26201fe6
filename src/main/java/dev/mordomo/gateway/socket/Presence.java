package dev.mordomo.gateway.socket;

import dev.mordomo.kernel.Address;
import dev.mordomo.kernel.Bus;
import dev.mordomo.kernel.Ids;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who listens to a channel, on every node. Nothing is kept for it: it is asked of all nodes over
 * the bus when a client asks, and costs nothing otherwise. A node that does not answer in time is
 * left out.
 */
public final class Presence {
  private static final Logger LOG = LoggerFactory.getLogger(Presence.class);
  private static final long PATIENCE_MILLIS = 500;

  /**
   * A socket on a channel.
   *
   * @param credential what it was opened with: {@code jwt} or {@code api_key}
   */
  record Member(UUID client, UUID user, String credential, Instant since) {}

  record Asked(UUID question, UUID channel) {
    static final Address<Asked> ADDRESS = new Address<>("presence.asked", Asked.class);
  }

  record Told(UUID question, List<Member> members) {
    static final Address<Told> ADDRESS = new Address<>("presence.told", Told.class);

    Told {
      members = List.copyOf(members);
    }
  }

  private final Vertx vertx;
  private final Bus bus;
  private final Hub hub;
  private final IntSupplier nodes;
  private final Map<UUID, Gathering> open = new ConcurrentHashMap<>();

  /**
   * @param nodes how many nodes share the bus, this one included
   */
  public Presence(Vertx vertx, Bus bus, Hub hub, IntSupplier nodes) {
    this.vertx = vertx;
    this.bus = bus;
    this.hub = hub;
    this.nodes = nodes;
  }

  /** Begins to answer the others. */
  public void start() {
    bus.subscribe(
        Asked.ADDRESS,
        asked ->
            bus.publish(Told.ADDRESS, new Told(asked.question(), hub.members(asked.channel()))));
    bus.subscribe(
        Told.ADDRESS,
        told -> {
          Gathering gathering = open.get(told.question());
          if (gathering != null) {
            gathering.add(told.members());
          }
        });
  }

  /**
   * All who listen, those of this node first. Waits, on a virtual thread, half a second at most.
   */
  List<Member> of(Channel channel) {
    int all = nodes.getAsInt();
    if (all <= 1) {
      return hub.members(channel.id());
    }
    UUID question = Ids.next();
    Gathering gathering = new Gathering(all);
    open.put(question, gathering);
    long timer = vertx.setTimer(PATIENCE_MILLIS, ignored -> gathering.give());
    try {
      bus.publish(Asked.ADDRESS, new Asked(question, channel.id()));
      return gathering.done.future().await();
    } finally {
      vertx.cancelTimer(timer);
      open.remove(question);
    }
  }

  private static final class Gathering {
    private final Promise<List<Member>> done = Promise.promise();
    private final List<Member> members = new ArrayList<>();
    private int missing;

    Gathering(int nodes) {
      missing = nodes;
    }

    synchronized void add(List<Member> more) {
      members.addAll(more);
      missing--;
      if (missing == 0) {
        done.tryComplete(List.copyOf(members));
      }
    }

    synchronized void give() {
      if (missing > 0) {
        LOG.debug("{} nodes did not say in time who is there", missing);
        done.tryComplete(List.copyOf(members));
      }
    }
  }
}
