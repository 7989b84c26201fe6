package dev.mordomo.knowledge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mordomo.kernel.Scope;
import dev.mordomo.kernel.TestDatabase;
import dev.mordomo.model.embedded.GlossMiniLm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The manual as users meet it: whole, in three languages at once, asked in their words. */
final class ManualQualityTest {
  private static final Path MANUAL = Path.of("docs/manual");
  private static final Path QUESTIONS = Path.of("src/test/resources/manual/questions.tsv");
  private static final int AMONG_THE_FIRST = 3;

  @TempDir static Path folder;
  private static TestDatabase db;
  private static GlossMiniLm model;
  private static KnowledgeService service;
  private static Scope root;

  /** A user's question, and the page and part of the heading that answer it. */
  record Asked(String question, String page, String heading) {}

  @BeforeAll
  static void open() {
    db = TestDatabase.create();
    model = new GlossMiniLm(Path.of("target/native"));
    service = TestKnowledge.service(db, folder, model);
    root = db.tenantWithUser("superuser");
    new ManualLoader(service).load(root);
  }

  @AfterAll
  static void close() {
    model.close();
    db.close();
  }

  @Test
  void usersQuestionsFindTheirSectionAmongTheFirst() throws IOException {
    List<Asked> all = questions();
    List<String> missed =
        all.stream().filter(asked -> !isAmongTheFirst(asked)).map(Asked::question).toList();
    assertTrue(missed.size() <= all.size() * 0.12, "missed: " + missed);
  }

  @Test
  void everyQuestionNamesASectionThatIsThere() throws IOException {
    for (Asked asked : questions()) {
      boolean there =
          headings(MANUAL.resolve(asked.page())).stream()
              .anyMatch(h -> h.contains(asked.heading()));
      assertTrue(there, asked.toString());
    }
  }

  @Test
  void theThreeLanguagesHaveTheSamePagesAndSections() throws IOException {
    List<Path> pages = pages("en");
    for (String language : List.of("pt", "es")) {
      assertEquals(pages, pages(language), language);
      for (Path page : pages) {
        assertEquals(
            headings(MANUAL.resolve("en").resolve(page)).size(),
            headings(MANUAL.resolve(language).resolve(page)).size(),
            language + "/" + page);
      }
    }
  }

  private static boolean isAmongTheFirst(Asked asked) {
    return service.retrieve(root, Optional.empty(), asked.question()).stream()
        .limit(AMONG_THE_FIRST)
        .anyMatch(found -> found.heading().contains(asked.heading()));
  }

  private static List<Asked> questions() throws IOException {
    List<Asked> all = new ArrayList<>();
    for (String line : Files.readAllLines(QUESTIONS)) {
      String[] columns = line.split("\t", -1);
      all.add(new Asked(columns[0], columns[1], columns[2]));
    }
    return all;
  }

  private static List<Path> pages(String language) throws IOException {
    try (var files = Files.list(MANUAL.resolve(language))) {
      return files.map(Path::getFileName).sorted().toList();
    }
  }

  private static List<String> headings(Path page) throws IOException {
    return Files.readAllLines(page).stream().filter(line -> line.startsWith("## ")).toList();
  }
}
