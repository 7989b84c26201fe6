package dev.mordomo.gateway.http;

import io.vertx.core.Context;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.ThreadingModel;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;

/** A virtual-thread context of a verticle's own, where handlers may wait. */
final class Work extends VerticleBase {
  /** Made within the caller's deployment, and gone with it. */
  static Future<Context> deploy(Vertx vertx) {
    Work work = new Work();
    return vertx
        .deployVerticle(
            work, new DeploymentOptions().setThreadingModel(ThreadingModel.VIRTUAL_THREAD))
        .map(id -> work.context);
  }
}
