package dev.mordomo.kernel;

import com.hazelcast.config.Config;
import com.hazelcast.config.JavaSerializationFilterConfig;
import com.hazelcast.config.JoinConfig;
import com.hazelcast.config.NetworkConfig;
import io.vertx.core.Vertx;
import io.vertx.core.VertxBuilder;
import io.vertx.core.VertxOptions;
import io.vertx.core.eventbus.EventBusOptions;
import io.vertx.spi.cluster.hazelcast.HazelcastClusterManager;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hazelcast as the nodes' way to each other. Apart from {@link Cluster}, so that one node alone
 * needs no class of it.
 */
final class HazelcastNodes {
  private static final Logger LOG = LoggerFactory.getLogger(HazelcastNodes.class);

  /** A frozen node is let go after this, so that little waits for it in memory. */
  private static final long BUS_PING_MILLIS = 2_000;

  private HazelcastNodes() {}

  static Cluster join(ClusterConfig config, VertxBuilder builder, VertxOptions options) {
    EventBusOptions bus =
        new EventBusOptions()
            .setHost(config.host())
            .setPort(config.busPort())
            .setClusterPingInterval(BUS_PING_MILLIS)
            .setClusterPingReplyInterval(BUS_PING_MILLIS);
    config.publicHost().ifPresent(bus::setClusterPublicHost);
    HazelcastClusterManager manager = new HazelcastClusterManager(hazelcast(config));
    try {
      Vertx vertx =
          builder
              .with(options.setEventBusOptions(bus))
              .withClusterManager(manager)
              .buildClustered()
              .await();
      // Records are all that travels, by a codec that knows its own: no class comes off the wire.
      vertx.eventBus().clusterSerializableChecker(name -> false).serializableChecker(name -> false);
      LOG.info("cluster {}: {} nodes", config.name(), manager.getNodes().size());
      return new Cluster(vertx, () -> manager.getNodes().size());
    } catch (RuntimeException e) {
      throw Failure.of(
          FailureCode.UNAVAILABLE,
          "the cluster cannot be joined at %s, port %d and on: %s"
              .formatted(config.host(), config.port(), e.getMessage()),
          e);
    }
  }

  private static Config hazelcast(ClusterConfig config) {
    Config hazelcast = new Config().setClusterName(config.name());
    quiet(hazelcast);
    // A cluster of a few nodes with one small map: as little of everything as will do.
    hazelcast
        .setProperty("hazelcast.partition.count", "31")
        .setProperty("hazelcast.operation.thread.count", "2")
        .setProperty("hazelcast.operation.generic.thread.count", "2")
        .setProperty("hazelcast.io.thread.count", "1")
        .setProperty("hazelcast.event.thread.count", "1")
        .setProperty("hazelcast.socket.bind.any", "false")
        .setProperty("hazelcast.local.localAddress", config.host())
        .setProperty("hazelcast.wait.seconds.before.join", "0")
        .setProperty("hazelcast.max.wait.seconds.before.join", "0")
        .setProperty("hazelcast.heartbeat.interval.seconds", "1")
        .setProperty("hazelcast.max.no.heartbeat.seconds", "10")
        // Two that began alone find each other soon.
        .setProperty("hazelcast.merge.first.run.delay.seconds", "5")
        .setProperty("hazelcast.merge.next.run.delay.seconds", "5")
        .setProperty("hazelcast.graceful.shutdown.max.wait", "3");
    JavaSerializationFilterConfig classes = new JavaSerializationFilterConfig();
    classes.getWhitelist().addPrefixes("io.vertx.spi.cluster.hazelcast.");
    hazelcast.getSerializationConfig().setJavaSerializationFilterConfig(classes);
    NetworkConfig network = hazelcast.getNetworkConfig();
    network
        .setPort(config.port())
        .setPortCount(config.portCount())
        .setPortAutoIncrement(config.kubernetesService().isEmpty());
    config.publicHost().ifPresent(network::setPublicAddress);
    join(config, network.getJoin());
    return hazelcast;
  }

  private static void quiet(Config hazelcast) {
    hazelcast
        .setProperty("hazelcast.logging.type", "slf4j")
        .setProperty("hazelcast.phone.home.enabled", "false")
        .setProperty("hazelcast.shutdownhook.enabled", "false");
    hazelcast.getMetricsConfig().setEnabled(false);
  }

  private static void join(ClusterConfig config, JoinConfig join) {
    join.getMulticastConfig().setEnabled(false);
    join.getAutoDetectionConfig().setEnabled(false);
    config
        .kubernetesService()
        .ifPresentOrElse(
            service ->
                join.getKubernetesConfig()
                    .setEnabled(true)
                    .setProperty("service-dns", service)
                    .setProperty("service-port", String.valueOf(config.port())),
            () ->
                join.getTcpIpConfig()
                    .setEnabled(true)
                    .setMembers(
                        config.members().isEmpty() ? List.of(config.host()) : config.members()));
  }
}
