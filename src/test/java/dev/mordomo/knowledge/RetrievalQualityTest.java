package dev.mordomo.knowledge;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mordomo.kernel.Scope;
import dev.mordomo.kernel.TestDatabase;
import dev.mordomo.model.embedded.GlossMiniLm;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Real documents and questions, the embedded model, all documents searched at once. Deterministic:
 * a regression fails the build.
 */
final class RetrievalQualityTest {
  private static final Path RESOURCES = Path.of("src/test/resources");

  @TempDir static Path folder;
  private static TestDatabase db;
  private static GlossMiniLm model;
  private static KnowledgeService service;
  private static Scope ana;

  record Asked(String question, String expected) {}

  @BeforeAll
  static void open() throws IOException {
    db = TestDatabase.create();
    model = new GlossMiniLm(Path.of("target/native"));
    service = TestKnowledge.service(db, folder, model);
    ana = db.tenantWithUser("operator");
    UUID collection = service.createCollection(ana, "Tudo", CollectionScope.TENANT).id();
    List<Path> files = new ArrayList<>(filesBelow("seeds"));
    for (String language : List.of("pt", "es", "en")) {
      files.addAll(filesBelow("answering/" + language));
    }
    for (Path file : files) {
      Buffer bytes = Buffer.buffer(Files.readAllBytes(file));
      service.addDocument(
          ana, collection, DocumentUpload.file(file.getFileName().toString(), bytes));
    }
  }

  @AfterAll
  static void close() {
    model.close();
    db.close();
  }

  @Test
  void theSeedsAnswerTheirQuestionsAmongTheFirst() {
    for (Asked asked :
        List.of(
            new Asked("Por quantos dias o plano pro guarda as mensagens?", "INTERVAL '180 days'"),
            new Asked("Qual é o limite de tokens padrão de uma prefeitura?", "DEFAULT 10000"),
            new Asked("¿Cada cuánto se hace el backup incremental?", "cada 6 horas"))) {
      int place = place(asked);
      assertTrue(place >= 0 && place < 3, asked.question() + " at " + place);
    }
  }

  @Test
  void mostQuestionsFindTheirPassageAmongTheRetrieved() throws IOException {
    List<Asked> questions =
        Files.readAllLines(RESOURCES.resolve("answering/questions.tsv")).stream()
            .skip(1)
            .map(line -> line.split("\t"))
            .filter(columns -> !columns[2].equals("-"))
            .map(columns -> new Asked(columns[1], columns[2]))
            .toList();
    List<Integer> places = questions.stream().map(RetrievalQualityTest::place).toList();
    long first = places.stream().filter(p -> p == 0).count();
    long found = places.stream().filter(p -> p >= 0).count();
    String told = first + " first and " + found + " found of " + questions.size();
    assertTrue(first >= questions.size() * 0.68 && found >= questions.size() * 0.88, told);
  }

  private static int place(Asked asked) {
    List<Retrieved> found = service.retrieve(ana, Optional.empty(), asked.question());
    for (int i = 0; i < found.size(); i++) {
      if (found.get(i).text().replace('\n', ' ').contains(asked.expected())) {
        return i;
      }
    }
    return -1;
  }

  private static List<Path> filesBelow(String name) throws IOException {
    try (Stream<Path> files = Files.list(RESOURCES.resolve(name))) {
      return files.sorted().toList();
    }
  }
}
