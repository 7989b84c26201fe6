package dev.mordomo.kernel;

import io.vertx.core.Vertx;
import io.vertx.core.VertxBuilder;
import io.vertx.core.VertxOptions;
import java.util.function.IntSupplier;

/**
 * The nodes that share an event bus. Nothing but the bus depends on them: what must not be lost or
 * doubled is PostgreSQL's business, also while nodes do not see each other.
 *
 * @param vertx whose bus it is
 * @param nodes how many nodes there are, this one included
 */
public record Cluster(Vertx vertx, IntSupplier nodes) {
  /** One node alone. */
  public static Cluster ofOne(Vertx vertx) {
    return new Cluster(vertx, () -> 1);
  }

  /**
   * Joins the other nodes, or begins a cluster when there are none. On a thread that may wait.
   *
   * @throws Failure {@code unavailable} when it cannot be joined
   */
  public static Cluster join(ClusterConfig config, VertxBuilder builder, VertxOptions options) {
    try {
      return HazelcastNodes.join(config, builder, options);
    } catch (NoClassDefFoundError e) {
      throw Failure.of(
          FailureCode.UNAVAILABLE,
          "--cluster needs the libraries of lib/cluster on the class path; ./mordomo puts them"
              + " there",
          e);
    }
  }
}
