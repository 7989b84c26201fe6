package dev.mordomo.cluster;

import dev.mordomo.FreePort;
import dev.mordomo.NodeProcess;
import dev.mordomo.RedisServer;
import dev.mordomo.TcpProxy;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Nodes whose connections all go through proxies: those of their clients, those to the database and
 * those of the bus to them. A node that is started again has the addresses that it had. What they
 * remember of conversations is in a Redis of their own.
 */
final class Fleet implements AutoCloseable {
  private static final int STARTS = 4;

  private final Nodes nodes;
  private final Map<String, String> settings;
  private final int databasePort;
  private final int membershipPort = FreePort.any();
  private final int busPort = FreePort.any();
  private final RedisServer redis = new RedisServer();
  private final List<Berth> berths = new ArrayList<>();

  private static final class Berth {
    private final int port;
    private final TcpProxy clients;
    private final TcpProxy database;
    private final Road road;
    private NodeProcess node;

    private Berth(int port, TcpProxy database, Road road, NodeProcess node) {
      this.port = port;
      this.clients = TcpProxy.to(port);
      this.database = database;
      this.road = road;
      this.node = node;
    }
  }

  /**
   * How other nodes come to one: at another address than its own, by the same ports. Membership is
   * let alone.
   */
  private record Road(String host, String publicHost, TcpProxy membership, TcpProxy bus) {
    static Road to(int node, int membershipPort, int busPort) {
      String host = "127.0.1." + (node + 1);
      String publicHost = "127.0.2." + (node + 1);
      return new Road(
          host,
          publicHost,
          TcpProxy.at(publicHost, host, membershipPort),
          TcpProxy.at(publicHost, host, busPort));
    }

    void close() {
      membership.close();
      bus.close();
    }
  }

  Fleet(Nodes nodes, int size, Map<String, String> settings) {
    this.nodes = nodes;
    this.settings = new HashMap<>(settings);
    this.databasePort = URI.create(nodes.database.url()).getPort();
    List<TcpProxy> databases = new ArrayList<>();
    List<Integer> ports = new ArrayList<>();
    List<Road> roads = new ArrayList<>();
    List<Map<String, String>> environments = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      databases.add(TcpProxy.to(databasePort));
      ports.add(FreePort.any());
      roads.add(Road.to(i, membershipPort, busPort));
    }
    String members = roads.stream().map(Road::publicHost).collect(Collectors.joining(","));
    this.settings.put("MORDOMO_CLUSTER_MEMBERS", members);
    for (int i = 0; i < size; i++) {
      environments.add(environment(ports.get(i), databases.get(i), roads.get(i)));
    }
    List<NodeProcess> started = nodes.startAll(environments);
    for (int i = 0; i < size; i++) {
      berths.add(new Berth(ports.get(i), databases.get(i), roads.get(i), started.get(i)));
    }
    berths.forEach(berth -> Nodes.awaitSize(berth.node, size));
  }

  private Map<String, String> environment(int port, TcpProxy database, Road road) {
    Map<String, String> environment = new HashMap<>(settings);
    environment.put("REDIS_URL", redis.url());
    environment.put("MORDOMO_CLUSTER_HOST", road.host());
    environment.put("MORDOMO_CLUSTER_PUBLIC_HOST", road.publicHost());
    environment.put("MORDOMO_CLUSTER_PORT", String.valueOf(membershipPort));
    environment.put("MORDOMO_CLUSTER_PORT_COUNT", "1");
    environment.put("MORDOMO_CLUSTER_BUS_PORT", String.valueOf(busPort));
    environment.put("MORDOMO_GATEWAY_PORT", String.valueOf(port));
    environment.put(
        "DATABASE_URL",
        nodes.database.url().replace(":" + databasePort + "/", ":" + database.port() + "/"));
    return environment;
  }

  int size() {
    return berths.size();
  }

  NodeProcess node(int i) {
    return berths.get(i).node;
  }

  /** Between a node and its clients. */
  TcpProxy clients(int i) {
    return berths.get(i).clients;
  }

  /** Between a node and the database. */
  TcpProxy database(int i) {
    return berths.get(i).database;
  }

  /** Between the other nodes and a node, for what the bus carries. */
  TcpProxy bus(int i) {
    return berths.get(i).road.bus();
  }

  RedisServer redis() {
    return redis;
  }

  /**
   * A new process in place of one that is gone; waits until it is ready. One that could not start,
   * for instance since its database was cut off, is started again, as a supervisor does.
   */
  void restart(int i) {
    Berth berth = berths.get(i);
    berth.node.close();
    for (int left = STARTS; ; left--) {
      try {
        berth.node = nodes.start(environment(berth.port, berth.database, berth.road));
        return;
      } catch (AssertionError e) {
        if (left == 1) {
          throw e;
        }
      }
    }
  }

  @Override
  public void close() {
    for (Berth berth : berths) {
      berth.node.close();
      berth.clients.close();
      berth.database.close();
      berth.road.close();
    }
    redis.close();
  }
}
