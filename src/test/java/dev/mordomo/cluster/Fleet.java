package dev.mordomo.cluster;

import dev.mordomo.FreePort;
import dev.mordomo.NodeProcess;
import dev.mordomo.TcpProxy;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Nodes whose connections all go through proxies: those of their clients and those to the database.
 * A node that is started again has the addresses that it had.
 */
final class Fleet implements AutoCloseable {
  private static final int STARTS = 4;

  private final Nodes nodes;
  private final Map<String, String> settings;
  private final int databasePort;
  private final List<Berth> berths = new ArrayList<>();

  private static final class Berth {
    private final int port;
    private final TcpProxy clients;
    private final TcpProxy database;
    private NodeProcess node;

    private Berth(int port, TcpProxy database, NodeProcess node) {
      this.port = port;
      this.clients = TcpProxy.to(port);
      this.database = database;
      this.node = node;
    }
  }

  Fleet(Nodes nodes, int size, Map<String, String> settings) {
    this.nodes = nodes;
    this.settings = Map.copyOf(settings);
    this.databasePort = URI.create(nodes.database.url()).getPort();
    List<TcpProxy> databases = new ArrayList<>();
    List<Integer> ports = new ArrayList<>();
    List<Map<String, String>> environments = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      databases.add(TcpProxy.to(databasePort));
      ports.add(FreePort.any());
      environments.add(environment(ports.getLast(), databases.getLast()));
    }
    List<NodeProcess> started = nodes.startAll(environments);
    for (int i = 0; i < size; i++) {
      berths.add(new Berth(ports.get(i), databases.get(i), started.get(i)));
    }
    berths.forEach(berth -> Nodes.awaitSize(berth.node, size));
  }

  private Map<String, String> environment(int port, TcpProxy database) {
    Map<String, String> environment = new HashMap<>(settings);
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

  /**
   * A new process in place of one that is gone; waits until it is ready. One that could not start,
   * for instance since its database was cut off, is started again, as a supervisor does.
   */
  void restart(int i) {
    Berth berth = berths.get(i);
    berth.node.close();
    for (int left = STARTS; ; left--) {
      try {
        berth.node = nodes.start(environment(berth.port, berth.database));
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
    }
  }
}
