package dev.mordomo.knowledge;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.FailureCode;
import dev.mordomo.kernel.Scope;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files of the same content, of which each is to be in the collection once. */
class FolderIngestTest {
  private static final String TOMATOES = "Os tomates são regados às cinco da manhã.";
  private static final String ROSES = "As rosas são podadas em agosto.";

  @TempDir private static Path kept;
  private static TestKnowledge knowledge;

  @TempDir private Path folder;
  private Scope ana;
  private UUID collection;

  @BeforeAll
  static void open() {
    knowledge = new TestKnowledge(kept);
  }

  @AfterAll
  static void close() {
    knowledge.close();
  }

  @BeforeEach
  void begin() {
    ana = knowledge.user();
    collection = knowledge.collection(ana, CollectionScope.USER);
  }

  @AfterEach
  void mend() {
    knowledge.model.before = () -> {};
  }

  private void write(String name, String text) throws IOException {
    Files.writeString(folder.resolve(name), text);
  }

  private LoadReport load() throws IOException {
    LoadReport report = new LoadReport();
    FolderIngest ingest = new FolderIngest(knowledge.service, report);
    var files = ingest.files(folder);
    AtomicLong through = new AtomicLong();
    ingest.load(
        ana, knowledge.service.collection(ana, collection), folder, files, through::addAndGet);
    assertEquals(files.size(), through.get());
    return report;
  }

  private Map<String, String> texts() {
    Map<String, String> texts = new TreeMap<>();
    for (Document document : knowledge.service.allDocuments(ana, collection)) {
      texts.put(
          document.source().orElseThrow(),
          knowledge.service.chunks(ana, document.id(), -1, 1).getFirst().text());
    }
    return texts;
  }

  @Test
  void aTwinIsLeftOut() throws IOException {
    write("a.txt", TOMATOES);
    write("b.txt", TOMATOES);
    assertEquals("1 added, 0 replaced, 0 unchanged, 1 skipped, 0 failed", load().summary());
    assertEquals("0 added, 0 replaced, 1 unchanged, 1 skipped, 0 failed", load().summary());
  }

  @Test
  void aTwinOfWhatFailedIsTakenIn() throws IOException {
    AtomicBoolean failed = new AtomicBoolean();
    knowledge.model.before =
        () -> {
          if (failed.compareAndSet(false, true)) {
            throw Failure.of(FailureCode.MODEL_ERROR, "the first fails");
          }
        };
    write("a.txt", TOMATOES);
    write("b.txt", TOMATOES);
    assertEquals("1 added, 0 replaced, 0 unchanged, 0 skipped, 1 failed", load().summary());
  }

  @Test
  void filesThatSwappedTheirContentsAreSwapped() throws IOException {
    write("a.txt", TOMATOES);
    write("b.txt", ROSES);
    load();
    write("a.txt", ROSES);
    write("b.txt", TOMATOES);
    assertEquals("0 added, 2 replaced, 0 unchanged, 0 skipped, 0 failed", load().summary());
    assertEquals(Map.of("a.txt", ROSES, "b.txt", TOMATOES), texts());
    assertEquals("0 added, 0 replaced, 2 unchanged, 0 skipped, 0 failed", load().summary());
  }
}
