package dev.mordomo.ops.log;

import com.fasterxml.jackson.core.type.TypeReference;
import dev.mordomo.kernel.Database;
import dev.mordomo.kernel.Json;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** Lines of the log in their table. */
final class LogStore {
  private static final int VERSION_BITS = 16;

  // A batch whose answer was lost is written again, and is there once.
  private static final String ADD =
      """
      INSERT INTO system_log (id, at, level, source, node, message, metadata, tenant_id, user_id)
      SELECT id, at, level, source, node, message, metadata::jsonb, tenant_id, user_id
      FROM unnest($1::uuid[], $2::timestamptz[], $3::smallint[], $4::text[], $5::text[], $6::text[],
        $7::text[], $8::uuid[], $9::uuid[])
        AS line (id, at, level, source, node, message, metadata, tenant_id, user_id)
      ON CONFLICT DO NOTHING
      """;
  private static final String LIST =
      """
      SELECT id, at, level, source, node, message, metadata::text, tenant_id, user_id
      FROM system_log
      WHERE level >= $1 AND ($2::text IS NULL OR starts_with(source, $2))
        AND ($3::text IS NULL OR message ILIKE '%' || $3 || '%')
        AND ($4::uuid IS NULL OR id >= $4) AND ($5::uuid IS NULL OR id < $5)
        AND ($6::uuid IS NULL OR id < $6)
      ORDER BY id DESC LIMIT $7
      """;
  private static final String MAINTAIN = "SELECT maintain_system_log($1, $2)";

  private static final TypeReference<Map<String, Object>> METADATA = new TypeReference<>() {};

  private final Database database;

  LogStore(Database database) {
    this.database = database;
  }

  void add(List<LogLine> lines) {
    Tuple columns =
        Tuple.tuple()
            .addArrayOfUUID(lines.stream().map(LogLine::id).toArray(UUID[]::new))
            .addArrayOfOffsetDateTime(
                lines.stream()
                    .map(line -> line.at().atOffset(ZoneOffset.UTC))
                    .toArray(OffsetDateTime[]::new))
            .addArrayOfShort(
                lines.stream().map(line -> line.level().number()).toArray(Short[]::new))
            .addArrayOfString(lines.stream().map(LogLine::source).toArray(String[]::new))
            .addArrayOfString(lines.stream().map(LogLine::node).toArray(String[]::new))
            .addArrayOfString(lines.stream().map(LogLine::message).toArray(String[]::new))
            .addArrayOfString(
                lines.stream().map(line -> Json.write(line.metadata())).toArray(String[]::new))
            .addArrayOfUUID(
                lines.stream().map(line -> line.tenantId().orElse(null)).toArray(UUID[]::new))
            .addArrayOfUUID(
                lines.stream().map(line -> line.userId().orElse(null)).toArray(UUID[]::new));
    database.callSystem(ADD, columns);
  }

  List<LogLine> list(LogQuery query, Optional<UUID> before, int limit) {
    Tuple parameters =
        Tuple.tuple()
            .addShort(query.level().orElse(LogLevel.DEBUG).number())
            .addString(query.source().orElse(null))
            .addString(query.text().map(LogStore::literal).orElse(null))
            .addUUID(query.from().map(LogStore::first).orElse(null))
            .addUUID(query.to().map(LogStore::first).orElse(null))
            .addUUID(before.orElse(null))
            .addInteger(limit);
    List<LogLine> lines = new ArrayList<>();
    for (Row row : database.callSystem(LIST, parameters)) {
      lines.add(
          new LogLine(
              row.getUUID(0),
              row.getOffsetDateTime(1).toInstant(),
              LogLevel.ofNumber(row.getShort(2)),
              row.getString(3),
              row.getString(4),
              row.getString(5),
              Json.read(row.getString(6), METADATA),
              Optional.ofNullable(row.getUUID(7)),
              Optional.ofNullable(row.getUUID(8))));
    }
    return lines;
  }

  /** A pattern that stands for these characters and no others. */
  private static String literal(String text) {
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_");
  }

  /** The least UUIDv7 of a moment: the ids of lines are made when they are logged. */
  private static UUID first(Instant at) {
    return new UUID(Math.max(0, at.toEpochMilli()) << VERSION_BITS, 0);
  }

  void maintain(Instant now, Duration keep) {
    database.callSystem(MAINTAIN, Tuple.of(now.atOffset(ZoneOffset.UTC), keep.toSeconds()));
  }
}
