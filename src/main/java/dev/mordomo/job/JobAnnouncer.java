package dev.mordomo.job;

import dev.mordomo.kernel.Bus;
import dev.mordomo.kernel.Streams;
import dev.mordomo.kernel.Streams.Advanced;
import io.vertx.sqlclient.SqlClient;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** Tells of a changed job: a row on its user's channel within the change, then the bus. */
final class JobAnnouncer {
  private final Streams streams;
  private final Bus bus;

  JobAnnouncer(Streams streams, Bus bus) {
    this.streams = streams;
    this.bus = bus;
  }

  /** What is to be said once the transaction has committed. */
  record Announced(JobEvent.Updated event, Optional<Advanced> advanced) {}

  Announced append(SqlClient connection, JobRequest request, Job job, Instant at) {
    if (request.isOfTheInstallation()) {
      return new Announced(
          new JobEvent.Updated(Optional.empty(), Optional.empty(), job), Optional.empty());
    }
    UUID tenant = request.scope().tenantId();
    UUID user = request.scope().userId();
    Advanced advanced =
        Streams.append(
            connection,
            user,
            Streams.Kind.USER,
            tenant,
            user,
            List.of(Streams.about(JobEvent.Updated.ADDRESS.name(), at, "job", job)),
            at);
    return new Announced(
        new JobEvent.Updated(Optional.of(tenant), Optional.of(user), job), Optional.of(advanced));
  }

  void announce(Announced announced) {
    announced.advanced().ifPresent(streams::announce);
    bus.publish(JobEvent.Updated.ADDRESS, announced.event());
  }
}
