package dev.mordomo.knowledge;

import static dev.mordomo.knowledge.TestKnowledge.refused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.FailureCode;
import dev.mordomo.kernel.Scope;
import dev.mordomo.kernel.Telling;
import dev.mordomo.kernel.TestDatabase;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.buffer.Buffer;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A row names a file only while it is there: it is stored before the row, and deleted after it. */
final class OriginalsTest {
  @TempDir private Path folder;
  private TestDatabase db;
  private Watched files;
  private KnowledgeService service;
  private Scope ana;
  private UUID collection;

  /** A folder whose every step is watched, and may fail. */
  private static final class Watched implements FileStore {
    private final FileStore folder;
    Consumer<String> beforePut = key -> {};
    Consumer<String> afterPut = key -> {};
    Consumer<String> beforeDelete = key -> {};

    Watched(Path path) {
      folder = new FolderFileStore(path);
    }

    @Override
    public void put(String key, Buffer bytes) {
      beforePut.accept(key);
      folder.put(key, bytes);
      afterPut.accept(key);
    }

    @Override
    public void replace(String key, Buffer bytes) {
      folder.replace(key, bytes);
    }

    @Override
    public Optional<Buffer> get(String key) {
      return folder.get(key);
    }

    @Override
    public boolean exists(String key) {
      return folder.exists(key);
    }

    @Override
    public void delete(String key) {
      beforeDelete.accept(key);
      folder.delete(key);
    }

    @Override
    public void eachBefore(Instant time, Consumer<String> seen) {
      folder.eachBefore(time, seen);
    }

    @Override
    public void eachUnder(String under, Consumer<String> seen) {
      folder.eachUnder(under, seen);
    }

    @Override
    public void close() {
      folder.close();
    }
  }

  @BeforeEach
  void open() {
    db = TestDatabase.create();
    files = new Watched(folder);
    var bus = new dev.mordomo.kernel.Bus(db.vertx());
    service =
        new KnowledgeService(
            db.database(),
            bus,
            files,
            TestKnowledge.jobs(db, bus),
            KnowledgeModels.only(new WordVectors()),
            DocumentMasking.NONE,
            Telling.PLAIN,
            KnowledgeConfig.DEFAULT,
            new SimpleMeterRegistry(),
            InstantSource.system());
    ana = db.tenantWithUser("operator");
    collection = service.createCollection(ana, "Casa", CollectionScope.TENANT).id();
  }

  @AfterEach
  void close() {
    db.close();
  }

  private static void away() {
    throw Failure.of(FailureCode.UNAVAILABLE, "the store is away");
  }

  private List<String> found() {
    return service.search(ana, SearchRequest.of("quanto custa o pão", 5)).hits().stream()
        .map(SearchHit::text)
        .toList();
  }

  /** As others see it now: what has been committed. */
  private boolean isNamed(String key) {
    try (Connection owner = db.owner();
        var query =
            owner.prepareStatement("SELECT EXISTS (SELECT FROM document WHERE file_key = ?)")) {
      query.setString(1, key);
      try (var rows = query.executeQuery()) {
        rows.next();
        return rows.getBoolean(1);
      }
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void aDocumentWhoseFileCannotBeStoredIsNotThere() {
    DocumentUpload upload = DocumentUpload.text("Preços", "O pão custa dez.");
    files.beforePut = key -> away();
    refused(FailureCode.UNAVAILABLE, () -> service.addDocument(ana, collection, upload));
    assertEquals(List.of(), found());
    assertEquals(List.of(), service.documents(ana, collection, Optional.empty(), 10));
    files.beforePut = key -> {};
    service.addDocument(ana, collection, upload);
    assertEquals(List.of("O pão custa dez."), found());
  }

  @Test
  void aNewVersionWhoseFileCannotBeStoredLeavesTheOldOneWhole() {
    Document old =
        service.addDocument(ana, collection, DocumentUpload.text("Preços", "O pão custa dez."));
    files.beforePut = key -> away();
    DocumentUpload next = DocumentUpload.text("Preços", "O pão custa quinze.");
    refused(FailureCode.UNAVAILABLE, () -> service.replaceDocument(ana, old.id(), next));
    assertEquals(List.of("O pão custa dez."), found());
    assertEquals("O pão custa dez.", service.file(ana, old.id()).bytes().toString());
  }

  @Test
  void theFileIsThereBeforeItsRowAndGoneOnlyAfterIt() {
    String[] seen = new String[2];
    files.afterPut =
        key -> {
          assertTrue(files.exists(key));
          assertFalse(isNamed(key), "its row was committed before it");
          seen[0] = key;
        };
    Document document =
        service.addDocument(ana, collection, DocumentUpload.text("Preços", "O pão custa dez."));
    assertTrue(isNamed(seen[0]));
    files.beforeDelete =
        key -> {
          assertFalse(isNamed(key), "its row is still there");
          seen[1] = key;
        };
    service.deleteDocument(ana, document.id());
    assertEquals(seen[0], seen[1]);
    assertFalse(files.exists(seen[1]));
  }

  @Test
  void aFileThatCannotBeDeletedKeepsNoDocument() {
    Document document =
        service.addDocument(ana, collection, DocumentUpload.text("Preços", "O pão custa dez."));
    files.beforeDelete = key -> away();
    refused(FailureCode.UNAVAILABLE, () -> service.deleteDocument(ana, document.id()));
    assertEquals(List.of(), found());
    // What is left is an orphan, and swept.
    refused(FailureCode.NOT_FOUND, () -> service.document(ana, document.id()));
  }
}
