package dev.mordomo.knowledge;

import com.fasterxml.jackson.core.type.TypeReference;
import dev.mordomo.kernel.Database;
import dev.mordomo.kernel.Json;
import dev.mordomo.kernel.JsonTexts;
import dev.mordomo.kernel.Scope;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.UnaryOperator;

/** The audited function {@code search_chunks}: one statement, one round trip, one cached plan. */
final class SearchStore {
  private static final String SEARCH =
      """
      SELECT chunk_id, document_id, collection_id, chunk_index, title, source, heading, text, kind,
        language, page, similarity, score, coverage, metadata::text
      FROM search_chunks($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12::text::jsonb, $13, $14, $15, $16, $17,
        $18::text::jsonpath, coalesce($19::text::jsonb, '{}'))
      """;

  private static final String SCOPE =
      """
      SELECT coalesce(sum(chunk_count), 0)::bigint FROM collection WHERE $1::uuid[] IS NULL OR id = ANY ($1)
      """;

  private final Database database;
  private final KnowledgeConfig config;

  SearchStore(Database database, KnowledgeConfig config) {
    this.database = database;
    this.config = config;
  }

  /** What hits must be, as the function takes it. */
  record Filter(
      Optional<String> language,
      Optional<String> source,
      Map<String, Object> metadata,
      Optional<ConditionPath> where) {
    static Filter of(SearchFilter filter) {
      return new Filter(
          filter.language(),
          filter.source(),
          filter.metadata(),
          filter.where().map(ConditionPath::of));
    }

    private Filter told(UnaryOperator<String> teller) {
      return new Filter(
          language,
          source.map(teller),
          JsonTexts.mapped(metadata, teller),
          where.map(
              path -> new ConditionPath(path.text(), JsonTexts.mapped(path.variables(), teller))));
    }
  }

  /** What the function is asked. */
  record Question(
      String model,
      Optional<float[]> vector,
      String words,
      String language,
      SearchMode mode,
      Optional<List<UUID>> collections,
      Filter filter,
      int limit,
      double threshold) {

    /** The same as others may know of it: its texts as they are told of them. */
    Question told(UnaryOperator<String> teller) {
      return new Question(
          model,
          vector,
          teller.apply(words),
          language,
          mode,
          collections,
          filter.told(teller),
          limit,
          threshold);
    }
  }

  List<SearchHit> search(Scope who, Question question) {
    Filter filter = question.filter();
    Tuple parameters = Tuple.of(who.tenantId(), who.userId(), who.role(), question.model());
    parameters
        .addArrayOfFloat(question.vector().map(SearchStore::boxed).orElse(null))
        .addString(question.words())
        .addString(question.language())
        .addString(question.mode().wire())
        .addArrayOfUUID(question.collections().map(c -> c.toArray(UUID[]::new)).orElse(null))
        .addString(filter.language().orElse(null))
        .addString(filter.source().orElse(null))
        .addString(filter.metadata().isEmpty() ? null : Json.write(filter.metadata()))
        .addInteger(question.limit())
        .addDouble(question.threshold())
        .addDouble(config.vectorWeight())
        .addDouble(config.textWeight())
        .addInteger(config.exactUpTo());
    parameters
        .addString(filter.where().map(ConditionPath::text).orElse(null))
        .addString(filter.where().map(path -> Json.write(path.variables())).orElse(null));
    List<SearchHit> hits = new ArrayList<>();
    database.call(SEARCH, parameters).forEach(row -> hits.add(map(row)));
    return hits;
  }

  private static Float[] boxed(float[] vector) {
    Float[] boxed = new Float[vector.length];
    for (int i = 0; i < vector.length; i++) {
      boxed[i] = vector[i];
    }
    return boxed;
  }

  /** How many chunks the caller sees in these collections, or in all. */
  static long scope(SqlClient connection, Optional<List<UUID>> collections) {
    Tuple key =
        Tuple.tuple().addArrayOfUUID(collections.map(c -> c.toArray(UUID[]::new)).orElse(null));
    return Database.run(connection, SCOPE, key).iterator().next().getLong(0);
  }

  private static SearchHit map(Row row) {
    String metadata = row.getString(14);
    return new SearchHit(
        row.getUUID(0),
        row.getUUID(1),
        row.getUUID(2),
        row.getInteger(3),
        row.getString(4),
        Optional.ofNullable(row.getString(5)),
        row.getString(6),
        row.getString(7),
        row.getString(8),
        row.getString(9),
        Optional.ofNullable(row.getInteger(10)),
        row.getDouble(11),
        Optional.empty(),
        row.getDouble(12),
        row.getDouble(13),
        metadata.equals("{}")
            ? Map.of()
            : Json.read(metadata, new TypeReference<Map<String, Object>>() {}));
  }
}
