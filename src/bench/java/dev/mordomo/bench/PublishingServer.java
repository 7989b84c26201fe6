package dev.mordomo.bench;

import dev.mordomo.App;
import dev.mordomo.kernel.Settings;
import dev.mordomo.kernel.Streams;
import dev.mordomo.kernel.Streams.Draft;
import io.vertx.pgclient.PgConnectOptions;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * The whole house, and a command on its standard input: {@code publish} appends one event to every
 * user's channel and announces them all, as a feature would that has something to tell everybody.
 */
public final class PublishingServer {
  private static final String APPEND =
      """
      WITH moved AS (
        UPDATE channel SET last_offset = last_offset + 1 WHERE kind = 'user'
        RETURNING id, tenant_id, user_id, last_offset
      ), written AS (
        INSERT INTO event (channel_id, "offset", tenant_id, user_id, type, payload, created_at)
        SELECT id, last_offset, tenant_id, user_id, 'config.updated', ?::json, now() FROM moved
      )
      SELECT id, user_id, last_offset, stream_epoch() FROM moved
      """;

  private PublishingServer() {}

  public static void main(String[] arguments) throws Exception {
    Settings settings = Settings.load(Optional.empty(), System.getenv());
    App app = App.start(settings, Path.of(System.getenv("MORDOMO_DATA")), false);
    try (Connection owner = connect(System.getenv("DATABASE_URL"))) {
      BufferedReader commands =
          new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
      while (commands.readLine() != null) {
        publish(app.streams(), owner);
      }
    }
    app.stop();
    System.exit(0);
  }

  private static Connection connect(String url) throws Exception {
    PgConnectOptions owner = PgConnectOptions.fromUri(url);
    return DriverManager.getConnection(
        "jdbc:postgresql://%s:%d/%s"
            .formatted(owner.getHost(), owner.getPort(), owner.getDatabase()),
        owner.getUser(),
        owner.getPassword());
  }

  private static void publish(Streams streams, Connection owner) throws Exception {
    String payload =
        "{\"type\":\"config.updated\",\"at\":\"2026-01-01T00:00:00Z\",\"key\":\"bench\"}";
    List<Streams.Advanced> facts = new ArrayList<>();
    try (var statement = owner.prepareStatement(APPEND)) {
      statement.setString(1, payload);
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          facts.add(
              Streams.advanced(
                  rows.getObject(1, UUID.class),
                  rows.getObject(2, UUID.class),
                  rows.getString(4),
                  rows.getLong(3),
                  List.of(new Draft("config.updated", payload))));
        }
      }
    }
    facts.forEach(streams::announce);
  }
}
