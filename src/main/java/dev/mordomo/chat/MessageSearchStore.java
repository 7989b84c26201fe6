package dev.mordomo.chat;

import dev.mordomo.kernel.Database;
import dev.mordomo.kernel.Scope;
import dev.mordomo.knowledge.SearchMode;
import dev.mordomo.knowledge.TextVectors;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One's messages, by words and by meaning. Those of one user are few: both ways read them by their
 * index, so that saying something costs neither a full-text index nor one of vectors, and by
 * meaning the nearest are exactly the nearest.
 */
final class MessageSearchStore {
  /** $4 from, $5 to, $6 sentiment. */
  private static final String FITS =
      """
      ($4::timestamptz IS NULL OR m.created_at >= $4)
        AND ($5::timestamptz IS NULL OR m.created_at < $5)
        AND ($6::text IS NULL OR CASE $6 WHEN 'positive' THEN m.sentiment > 0.1
          WHEN 'negative' THEN m.sentiment < -0.1 ELSE m.sentiment BETWEEN -0.1 AND 0.1 END)
      """;

  private static final String WORDED =
      """
      worded AS MATERIALIZED (
        SELECT m.id,
          ts_rank(to_tsvector('simple', m.content), q.simple) + ts_rank(to_tsvector('portuguese', m.content), q.pt)
            + ts_rank(to_tsvector('spanish', m.content), q.es) + ts_rank(to_tsvector('english', m.content), q.en) AS rank
        FROM message m,
          (SELECT websearch_to_tsquery('simple', $3) AS simple,
          websearch_to_tsquery('portuguese', $3) AS pt, websearch_to_tsquery('spanish', $3) AS es,
          websearch_to_tsquery('english', $3) AS en) q
        WHERE m.tenant_id = $1 AND m.user_id = $2
          AND (to_tsvector('simple', m.content) @@ q.simple OR to_tsvector('portuguese', m.content) @@ q.pt
            OR to_tsvector('spanish', m.content) @@ q.es OR to_tsvector('english', m.content) @@ q.en)
          AND %s
        ORDER BY rank DESC, m.id DESC LIMIT $8
      )
      """
          .formatted(FITS);

  /** Messages are looked at only where something is asked of them. */
  private static final String NEAR =
      """
      near AS MATERIALIZED (
        SELECT v.message_id AS id, v.e <=> $10::float4[]::vector::halfvec AS distance
        FROM message_embedding v
        WHERE v.model_id = $9 AND v.tenant_id = $1 AND v.user_id = $2
          AND ($4::timestamptz IS NULL AND $5::timestamptz IS NULL AND $6::text IS NULL
            OR EXISTS (SELECT FROM message m WHERE m.id = v.message_id AND %s))
        ORDER BY 2, 1 DESC LIMIT $8
      )
      """
          .formatted(FITS);

  private static final String HIT =
      """
      SELECT m.id, m.conversation_id, m.content, m.sentiment, c.satisfaction_score, %s, m.created_at
      FROM %s JOIN message m ON m.id = f.id AND m.tenant_id = $1 AND m.user_id = $2
        JOIN conversation c ON c.id = m.conversation_id
      """;

  private static final String BY_WORDS =
      "WITH "
          + WORDED
          + HIT.formatted("NULL::double precision", "worded f")
          + "ORDER BY f.rank DESC, m.id DESC LIMIT $7";

  private static final String BY_MEANING =
      "WITH "
          + NEAR
          + HIT.formatted("greatest(0, 1 - f.distance)", "near f")
          // $3 has no other use here, and a parameter without one has no type.
          + "WHERE $3::text IS NOT NULL AND f.distance <= 1 - $11::double precision"
          + " ORDER BY f.distance, m.id DESC LIMIT $7";

  // Reciprocal rank fusion with the numbers of search_chunks: k = 10, and words count twice where
  // they are all there, as they are in what websearch_to_tsquery finds.
  private static final String BY_BOTH =
      "WITH "
          + WORDED
          + ", "
          + NEAR
          + """
          , placed_words AS (
            SELECT w.id, row_number() OVER (ORDER BY w.rank DESC, w.id DESC) AS place FROM worded w
          ), placed_near AS (
            SELECT n.id, n.distance, row_number() OVER (ORDER BY n.distance, n.id DESC) AS place FROM near n
            WHERE n.distance <= 1 - $11::double precision
          ), fused AS (
            SELECT coalesce(n.id, w.id) AS id,
              coalesce(n.distance, (SELECT v.e <=> $10::float4[]::vector::halfvec FROM message_embedding v
                WHERE v.model_id = $9 AND v.message_id = w.id)) AS distance,
              coalesce(1.0 / (10 + n.place), 0) + coalesce(2.0 / (10 + w.place), 0) AS score
            FROM placed_near n FULL JOIN placed_words w ON w.id = n.id
          )
          """
          + HIT.formatted(
              "CASE WHEN f.distance IS NOT NULL THEN greatest(0, 1 - f.distance) END", "fused f")
          + "ORDER BY f.score DESC, m.id DESC LIMIT $7";

  private MessageSearchStore() {}

  /**
   * @param words as they stand in the messages
   * @param question empty in mode text
   */
  static List<MessageHit> search(
      SqlClient connection,
      Scope who,
      String words,
      Optional<TextVectors.Question> question,
      MessageSearchRequest request) {
    Tuple asked =
        Tuple.of(who.tenantId(), who.userId())
            .addString(words)
            .addValue(time(request.from()))
            .addValue(time(request.to()))
            .addString(request.sentiment().map(Sentiment::wire).orElse(null))
            .addInteger(request.limit());
    String sql =
        switch (request.mode()) {
          case TEXT -> BY_WORDS;
          case SEMANTIC -> BY_MEANING;
          case HYBRID -> BY_BOTH;
        };
    // Of each way so many that the best of both are among them.
    asked.addInteger(
        request.mode() == SearchMode.HYBRID ? Math.max(50, 2 * request.limit()) : request.limit());
    question.ifPresent(q ->
        asked
            .addShort(q.model())
            .addArrayOfFloat(q.vector().toArray(Float[]::new))
            .addDouble(request.threshold()));
    List<MessageHit> hits = new ArrayList<>();
    for (Row row : Database.run(connection, sql, asked)) {
      hits.add(
          new MessageHit(
              row.getUUID(0),
              row.getUUID(1),
              row.getString(2),
              Optional.ofNullable(row.getDouble(3)),
              Optional.ofNullable(row.getDouble(4)),
              Optional.ofNullable(row.getDouble(5)),
              row.getOffsetDateTime(6).toInstant()));
    }
    return hits;
  }

  private static @Nullable OffsetDateTime time(Optional<Instant> at) {
    return at.map(t -> t.atOffset(ZoneOffset.UTC)).orElse(null);
  }
}
