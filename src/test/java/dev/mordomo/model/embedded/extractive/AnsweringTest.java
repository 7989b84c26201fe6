package dev.mordomo.model.embedded.extractive;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mordomo.kernel.Bus;
import dev.mordomo.kernel.Scope;
import dev.mordomo.kernel.Telling;
import dev.mordomo.kernel.TestDatabase;
import dev.mordomo.knowledge.CollectionScope;
import dev.mordomo.knowledge.DocumentUpload;
import dev.mordomo.knowledge.FolderFileStore;
import dev.mordomo.knowledge.KnowledgeConfig;
import dev.mordomo.knowledge.KnowledgeModels;
import dev.mordomo.knowledge.KnowledgeService;
import dev.mordomo.knowledge.ManualLoader;
import dev.mordomo.knowledge.Retrieved;
import dev.mordomo.knowledge.TestKnowledge;
import dev.mordomo.model.embedded.GlossMiniLm;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * From a file to an answer: documents taken in, searched and answered from as in a running server,
 * each set of documents beside the manual. Deterministic: a regression fails the build.
 */
final class AnsweringTest {
  private static final Path RESOURCES = Path.of("src/test/resources");

  @TempDir static Path folder;
  private static TestDatabase db;
  private static GlossMiniLm embedding;
  private static KnowledgeService knowledge;
  private static ExtractiveModel model;
  private static Scope root;
  private static UUID manual;
  private static final Map<UUID, String> names = new HashMap<>();

  @BeforeAll
  static void open() {
    db = TestDatabase.create();
    Bus bus = new Bus(db.vertx());
    embedding = new GlossMiniLm(Path.of("target/native"));
    knowledge =
        new KnowledgeService(
            db.database(),
            bus,
            new FolderFileStore(folder),
            TestKnowledge.jobs(db, bus),
            KnowledgeModels.only(embedding),
            dev.mordomo.knowledge.DocumentMasking.NONE,
            Telling.PLAIN,
            KnowledgeConfig.DEFAULT,
            new SimpleMeterRegistry(),
            InstantSource.system());
    model = new ExtractiveModel(embedding, db.vertx(), Duration.ZERO);
    root = db.tenantWithUser("superuser");
    new ManualLoader(knowledge).load(root);
    manual = knowledge.ensureCollection(root, ManualLoader.COLLECTION, CollectionScope.GLOBAL).id();
  }

  @AfterAll
  static void close() {
    embedding.close();
    db.close();
  }

  @Test
  void theSeedsAnswerTheirQuestions() throws IOException {
    Scored scored = score("seeds", "extractive/seed-questions.tsv");
    List.of("plano pro guarda", "de uma prefeitura", "incremental")
        .forEach(question -> assertTrue(scored.isRightAtOnce(question), scored.text()));
    scored.holds(26, 0, 14, 8, true);
  }

  /** Documents that the rules were tuned on too; the floors are below what is reached. */
  @Test
  void otherDocumentsAnswerTheirs() throws IOException {
    Scored scored = score("answering", "answering/questions.tsv");
    scored.holds(42, 3, 13, 13, true);
  }

  @Test
  void systemDocumentsAnswerTheirs() throws IOException {
    Scored scored = score("systems/tuning", "systems/tuning/questions.tsv");
    scored.holds(71, 5, 19, 10, true);
  }

  /** Nothing is tuned on these, so only sums are told. */
  @Test
  void systemDocumentsHeldBackAnswerTheirs() throws IOException {
    Scored scored = score("systems/heldback", "systems/heldback/questions.tsv");
    scored.holds(70, 4, 14, 18, false);
  }

  private static Scored score(String documents, String questions) throws IOException {
    UUID collection = knowledge.createCollection(root, documents, CollectionScope.TENANT).id();
    for (Path file : filesBelow(RESOURCES.resolve(documents))) {
      String name = file.getFileName().toString();
      Buffer bytes = Buffer.buffer(Files.readAllBytes(file));
      UUID id = knowledge.addDocument(root, collection, DocumentUpload.file(name, bytes)).id();
      names.put(id, name);
    }
    Scored scored = new Scored();
    for (Expected expected : Expected.read(RESOURCES.resolve(questions))) {
      List<Retrieved> found =
          knowledge.retrieve(root, Optional.of(List.of(collection, manual)), expected.question());
      Heard heard = Heard.answer(model, expected, found);
      scored.add(expected, heard.text(), found, names);
    }
    return scored;
  }

  private static List<Path> filesBelow(Path folder) throws IOException {
    try (Stream<Path> walk = Files.walk(folder)) {
      return walk.filter(Files::isRegularFile)
          .filter(file -> !file.getFileName().toString().equals("README.md"))
          .filter(file -> !file.toString().endsWith(".tsv"))
          .sorted()
          .toList();
    }
  }
}
