package dev.mordomo.knowledge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.FailureCode;
import dev.mordomo.kernel.Scope;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Loading a folder, and bringing the collections of a real ChromaDB server over. */
class KnowledgeCommandsTest {
  @TempDir static Path store;
  private static TestKnowledge knowledge;
  @TempDir Path folder;
  private Scope ana;

  @BeforeAll
  static void open() {
    knowledge = new TestKnowledge(store);
  }

  @AfterAll
  static void close() {
    knowledge.close();
  }

  @BeforeEach
  void begin() {
    ana = knowledge.db.tenantWithUser("admin");
    knowledge.model.before = () -> {};
  }

  private record Result(int code, String out, String err) {
    String summary() {
      return out.lines().toList().getLast();
    }
  }

  private Result run(String... arguments) {
    var out = new ByteArrayOutputStream();
    var err = new ByteArrayOutputStream();
    int code =
        new KnowledgeCommands(
                knowledge.service,
                email -> ana,
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                false)
            .run(List.of(arguments), Optional.empty());
    return new Result(
        code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  private void write(String name, String content) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, content);
  }

  private KnowledgeCollection collection(String name) {
    return knowledge.service.collections(ana, Optional.empty(), 50).stream()
        .filter(c -> c.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void aFolderIsLoadedOnceAndThenOnlyWhatChanged() throws IOException {
    write("leis/horta.md", "# Horta\n\nRegue os tomates cedo.");
    write("leis/cópia da horta.md", "# Horta\n\nRegue os tomates cedo.");
    write("tabela.csv", "planta,dias\ntomate,2\n");
    Files.write(
        folder.resolve("foto.png"), new byte[] {(byte) 0x89, 'P', 'N', 'G', 13, 10, 26, 10});
    write(".oculto/segredo.md", "não é para ler");
    Result first = run("ingest", folder.toString(), "--collection", "Leis");
    assertEquals(0, first.code(), first.out() + first.err());
    assertEquals("2 added, 0 replaced, 0 unchanged, 2 skipped, 0 failed", first.summary());
    assertTrue(first.out().contains("the same content as"), first.out());
    assertTrue(first.out().contains("skipped foto.png"), first.out());
    assertTrue(first.out().contains("Leis  4/4"), first.out());
    assertEquals(2, collection("Leis").documentCount());
    assertEquals(CollectionScope.TENANT, collection("Leis").scope());
    assertTrue(knowledge.titles(ana, "segredo").isEmpty());

    int embedded = knowledge.model.embedded.get();
    Result again = run("ingest", folder.toString(), "--collection=Leis");
    assertEquals("0 added, 0 replaced, 2 unchanged, 2 skipped, 0 failed", again.summary());
    assertEquals(embedded, knowledge.model.embedded.get());

    write("tabela.csv", "planta,dias\npepino,3\n");
    Result changed = run("ingest", folder.toString(), "--collection", "Leis");
    assertEquals("0 added, 1 replaced, 1 unchanged, 2 skipped, 0 failed", changed.summary());
    assertEquals(2, collection("Leis").documentCount());
    assertEquals(List.of("tabela"), knowledge.titles(ana, "pepino"));
  }

  @Test
  void whatBrokeOffGoesOnAndTheCodeSaysSo() throws IOException {
    for (int i = 0; i < 12; i++) {
      write("n" + i + ".md", "O documento de número " + i + " trata de outra coisa.");
    }
    write("roto.pdf", "%PDF-1.4 nada");
    AtomicInteger calls = new AtomicInteger();
    knowledge.model.before =
        () -> {
          if (calls.incrementAndGet() > 5) {
            throw Failure.of(FailureCode.MODEL_UNAVAILABLE, "the model is not there");
          }
        };
    Result first = run("ingest", folder.toString(), "--collection", "Muitos");
    assertEquals(1, first.code());
    assertEquals("5 added, 0 replaced, 0 unchanged, 0 skipped, 8 failed", first.summary());
    knowledge.model.before = () -> {};
    Result second = run("ingest", folder.toString(), "--collection", "Muitos");
    assertEquals("7 added, 0 replaced, 5 unchanged, 0 skipped, 1 failed", second.summary());
    assertTrue(second.out().contains("failed roto.pdf: the file is damaged"), second.out());
    assertEquals(1, second.code());
  }

  @Test
  void severalFilesAreOnTheirWayAtOnceAndTheSummaryIsInTheirOrder() throws Exception {
    List<String> expected = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      String name = "f%02d".formatted(i);
      write(name + ".md", "O arquivo " + (100 + i) + " fala da planta " + (900 + i) + ".");
      Files.write(
          folder.resolve(name + ".png"),
          new byte[] {(byte) 0x89, 'P', 'N', 'G', 13, 10, 26, 10, (byte) i});
      expected.add("  skipped " + name + ".png");
    }
    // The first waits until three others have been begun.
    CountDownLatch begun = new CountDownLatch(4);
    AtomicInteger atOnce = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    knowledge.model.before =
        () -> {
          most.accumulateAndGet(atOnce.incrementAndGet(), Math::max);
          begun.countDown();
          try {
            assertTrue(begun.await(30, TimeUnit.SECONDS), "the files go one by one");
          } catch (InterruptedException e) {
            throw new IllegalStateException(e);
          } finally {
            atOnce.decrementAndGet();
          }
        };
    Result result = run("ingest", folder.toString(), "--collection", "Ordem");
    assertEquals("40 added, 0 replaced, 0 unchanged, 40 skipped, 0 failed", result.summary());
    assertTrue(most.get() <= 4, most + " at once");
    assertEquals(
        expected,
        result
            .out()
            .lines()
            .filter(l -> l.startsWith("  skipped"))
            .map(l -> l.split(":")[0])
            .toList());
    List<String> progress = result.out().lines().filter(l -> l.startsWith("Ordem  ")).toList();
    assertEquals("Ordem  80/80", progress.getLast());
    assertEquals(
        progress,
        progress.stream().sorted(Comparator.comparingInt(KnowledgeCommandsTest::done)).toList());
  }

  private static int done(String progress) {
    return Integer.parseInt(progress.replaceFirst("^\\S+ +", "").replaceFirst("/.*", ""));
  }

  @Test
  void wordsThatMakeNoCommandAreTold() {
    for (String[] wrong :
        new String[][] {
          {"ingest", "/nowhere/at/all", "--collection", "X"},
          {"ingest", folder.toString()},
          {"ingest", folder.toString(), "--collection"},
          {"ingest", folder.toString(), "--colection", "X"},
          {"ingest", folder.toString(), "--collection", "X", "--scope", "world"},
          {"migrate", "milvus", "http://127.0.0.1:1"},
          {"migrate", "chroma", "ftp://127.0.0.1"}
        }) {
      Result result = run(wrong);
      assertEquals(2, result.code(), Arrays.toString(wrong));
      assertTrue(result.err().contains("Usage:"));
    }
    Result global = run("ingest", folder.toString(), "--collection", "X", "--scope", "global");
    assertEquals(1, global.code());
    assertTrue(global.err().contains("superuser"), global.err());
    Result nobody = run("migrate", "chroma", "http://127.0.0.1:9");
    assertEquals(1, nobody.code());
    assertTrue(nobody.err().contains("cannot be reached"), nobody.err());
  }

  @Test
  void aChromaServersCollectionsAreBroughtOverAndItIsLeftUntouched() {
    try (ChromaProcess chroma = new ChromaProcess(folder)) {
      String same = chroma.create("receitas");
      chroma.add(same, entries(450, true));
      String other = chroma.create("outro-modelo");
      chroma.add(other, entries(30, false));
      JsonNode before = chroma.all(other);

      int embedded = knowledge.model.embedded.get();
      Result first = run("migrate", "chroma", chroma.url());
      assertEquals(0, first.code(), first.out() + first.err());
      assertEquals("478 added, 0 replaced, 0 unchanged, 2 skipped, 0 failed", first.summary());
      assertTrue(first.out().contains("skipped receitas/id-3: it has no text"), first.out());
      assertTrue(first.out().contains("receitas: embeddings reused"), first.out());
      assertTrue(alike(first.out()) > 90, first.out());
      assertTrue(first.out().contains("outro-modelo: embeddings made anew"), first.out());
      assertTrue(
          knowledge.model.embedded.get() - embedded < 120,
          "only samples and the other model's texts");
      assertEquals(449, collection("receitas").documentCount());
      assertEquals(before, chroma.all(other));

      SearchHit hit =
          knowledge
              .service
              .search(ana, SearchRequest.of("receita de bolo 1077 com ingredientes", 3))
              .hits()
              .getFirst();
      assertTrue(hit.text().contains("bolo 1077 "), hit.text());
      assertEquals("Caderno 7", hit.title());
      assertEquals(7, hit.metadata().get("page"));

      Result again = run("migrate", "chroma", chroma.url());
      assertEquals("0 added, 0 replaced, 478 unchanged, 2 skipped, 0 failed", again.summary());
    }
  }

  /** Of the collection whose vectors were reused, in percent. */
  private static double alike(String out) {
    Matcher found = Pattern.compile("reused;.* ([0-9.]+) % are").matcher(out);
    assertTrue(found.find(), out);
    return Double.parseDouble(found.group(1));
  }

  /** The fourth has no text, and the others the metadata of a book's pages. */
  private static Map<String, Object> entries(int n, boolean ourModel) {
    List<String> ids = new ArrayList<>();
    List<@Nullable String> texts = new ArrayList<>();
    List<Object> vectors = new ArrayList<>();
    List<Object> metadata = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      String text = "Receita de bolo " + (1000 + i) + " com ingredientes";
      ids.add("id-" + i);
      texts.add(i == 3 ? null : text);
      vectors.add(ourModel ? WordVectors.vector(text) : new float[] {i, 1, 2});
      metadata.add(Map.of("title", "Caderno " + i % 10, "page", i % 10));
    }
    Map<String, Object> entries = new HashMap<>();
    entries.put("ids", ids);
    entries.put("documents", texts);
    entries.put("embeddings", vectors);
    entries.put("metadatas", metadata);
    return entries;
  }
}
