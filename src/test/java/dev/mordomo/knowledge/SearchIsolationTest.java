package dev.mordomo.knowledge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mordomo.kernel.Database;
import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.FailureCode;
import dev.mordomo.kernel.Scope;
import dev.mordomo.knowledge.SearchRequest.QueryVector;
import io.vertx.sqlclient.Tuple;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What must never happen: that a search shows what is not the caller's. */
final class SearchIsolationTest {
  private static final String SECRET = "O código do cofre é 7351.";

  @TempDir static Path folder;
  private static TestKnowledge knowledge;
  private static Scope ana;
  private static UUID shared;
  private static UUID own;

  @BeforeAll
  static void open() {
    knowledge = new TestKnowledge(folder);
    ana = knowledge.user();
    shared = knowledge.collection(ana, CollectionScope.TENANT);
    own = knowledge.collection(ana, CollectionScope.USER);
    knowledge.add(ana, shared, "Da prefeitura", SECRET);
    knowledge.add(ana, own, "De Ana", SECRET + " Só meu.");
  }

  @AfterAll
  static void close() {
    knowledge.close();
  }

  @Test
  void everyoneSeesTheirOwnAndNothingElse() {
    Scope colleague = knowledge.db.user(ana.tenantId(), "admin");
    Scope stranger = knowledge.db.tenantWithUser("superuser");
    for (SearchMode mode : SearchMode.values()) {
      assertEquals(List.of("Da prefeitura", "De Ana"), seen(ana, mode, Optional.empty()));
      assertEquals(List.of("Da prefeitura"), seen(colleague, mode, Optional.empty()));
      assertEquals(List.of(), seen(stranger, mode, Optional.empty()));
      Optional<List<UUID>> both = Optional.of(List.of(shared, own));
      assertEquals(List.of("Da prefeitura"), seen(colleague, mode, both));
      assertEquals(List.of(), seen(stranger, mode, both));
      assertEquals(List.of(), seen(ana, mode, Optional.of(List.of())));
    }
  }

  @Test
  void withoutATenantThereIsNothing() {
    Tuple nobody = Tuple.of(null, ana.userId(), "superuser", knowledge.model.name());
    var rows =
        knowledge
            .db
            .database()
            .call(
                """
                SELECT * FROM search_chunks($1, $2, $3, $4, NULL, 'cofre', 'pt', 'text',
                  NULL, NULL, NULL, NULL, 10, 0, 1, 1, 5000)
                """,
                nobody);
    assertEquals(0, rows.size());
  }

  @Test
  void partitionsAndTheirFunctionsCannotBeReachedByName() {
    for (String sql :
        List.of(
            "SELECT * FROM embedding_m1",
            "SELECT * FROM nearest_m1('[1]'::halfvec, '{}', false, NULL, NULL, NULL, 1, NULL,"
                + " NULL)",
            "SELECT * FROM nearest_exact_m1('[1]'::halfvec, '{}', false, NULL, NULL, NULL, 1, NULL,"
                + " NULL)",
            "SELECT add_embedding_model('x', 3)")) {
      Failure refused =
          TestKnowledge.refused(
              FailureCode.INTERNAL,
              () -> knowledge.db.database().as(ana, c -> Database.run(c, sql)));
      assertEquals("42501", Database.sqlState(refused), sql);
    }
  }

  @Test
  void chunksAndFilesOfOthersDoNotExist() {
    Scope stranger = knowledge.db.tenantWithUser("admin");
    Document secret = knowledge.service.documents(ana, own, Optional.empty(), 1).getFirst();
    UUID chunk = knowledge.service.chunks(ana, secret.id(), -1, 1).getFirst().id();
    List<org.junit.jupiter.api.function.Executable> tries = new ArrayList<>();
    tries.add(() -> knowledge.service.document(stranger, secret.id()));
    tries.add(() -> knowledge.service.chunk(stranger, chunk));
    tries.add(() -> knowledge.service.file(stranger, secret.id()));
    tries.add(() -> knowledge.service.chunks(stranger, secret.id(), -1, 5));
    tries.add(() -> knowledge.service.deleteDocument(stranger, secret.id()));
    tries.add(() -> knowledge.service.deleteCollection(stranger, own));
    tries.add(() -> knowledge.service.documents(stranger, own, Optional.empty(), 5));
    tries.add(() -> knowledge.add(stranger, own, "Intruso", "Texto."));
    tries.forEach(t -> TestKnowledge.refused(FailureCode.NOT_FOUND, t));
  }

  @Test
  void aQueryIsTextAndNeverSyntax() {
    for (String hostile :
        List.of(
            "' | 'cofre",
            "cofre & !x:*",
            "\\'); DROP TABLE chunk; --",
            "\0cofre",
            "\uD800",
            "'''")) {
      knowledge.service.search(ana, SearchRequest.of(hostile + " cofre", 5));
    }
    assertTrue(knowledge.titles(ana, "cofre").contains("De Ana"));
  }

  private static List<String> seen(Scope who, SearchMode mode, Optional<List<UUID>> in) {
    boolean vector = mode == SearchMode.SEMANTIC;
    SearchRequest request =
        new SearchRequest(
            vector ? Optional.empty() : Optional.of("código do cofre"),
            vector
                ? Optional.of(new QueryVector("test/words", WordVectors.vector(SECRET)))
                : Optional.empty(),
            in,
            SearchFilter.NONE,
            10,
            Optional.empty(),
            mode);
    return knowledge.service.search(who, request).hits().stream()
        .map(SearchHit::title)
        .sorted()
        .toList();
  }
}
