import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Turns the core tables, which hold a sense and its words in both languages on a line, into one
 * sorted list a language: lemma, part of speech, English, area. Run by {@code rebuild}.
 */
final class CompileCore {
  private static final Set<String> PARTS = Set.of("n", "v", "a", "adv", "f", "x");

  private record Sense(
      String lemma, String part, String english, String area, int stars, int order) {}

  private final Map<String, Map<String, Sense>> senses =
      Map.of("pt", new LinkedHashMap<>(), "es", new LinkedHashMap<>());
  private final List<String> errors = new ArrayList<>();

  public static void main(String[] arguments) throws IOException {
    Path core = Path.of(arguments[0]);
    Path out = Path.of(arguments[1]);
    CompileCore compile = new CompileCore();
    try (Stream<Path> files = Files.list(core)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".tsv")).sorted().toList()) {
        compile.read(file);
      }
    }
    if (!compile.errors.isEmpty()) {
      compile.errors.forEach(IO::println);
      System.exit(1);
    }
    compile.write("pt", out.resolve("pt.tsv"));
    compile.write("es", out.resolve("es.tsv"));
  }

  private void read(Path file) throws IOException {
    String area = file.getFileName().toString().replace(".tsv", "");
    int number = 0;
    for (String line : Files.readAllLines(file)) {
      number++;
      if (line.isBlank() || line.startsWith("#")) {
        continue;
      }
      String[] cells = line.split("\t", -1);
      if (cells.length < 3 || cells.length > 4 || !PARTS.contains(cells[0])) {
        errors.add(file + ":" + number + ": " + line);
        continue;
      }
      String english = cells[1].replaceAll("\\s*\\([^)]*\\)", "").strip();
      add("pt", cells[2], cells[0], english, area);
      add("es", cells.length > 3 ? cells[3] : "", cells[0], english, area);
    }
  }

  private void add(String language, String cell, String part, String english, String area) {
    Map<String, Sense> known = senses.get(language);
    for (String word : cell.split(",")) {
      String marked = word.strip();
      int stars =
          marked.startsWith("**") ? 2 : marked.startsWith("*") ? 1 : marked.startsWith("~") ? -1 : 0;
      String lemma =
          word.replaceAll("[*~]", "").replaceAll("\\s*\\([^)]*\\)", "").strip().toLowerCase(Locale.ROOT);
      if (!lemma.isEmpty()) {
        known.merge(
            lemma + "\t" + part + "\t" + english,
            new Sense(lemma, part, english, area, stars, known.size()),
            (first, second) -> second.stars > first.stars ? second : first);
      }
    }
  }

  private void write(String language, Path file) throws IOException {
    List<String> lines = new ArrayList<>();
    lines.add("# Compiled from src/lexicon/core by src/lexicon/rebuild: do not edit.");
    lines.add("# lemma, part of speech, English, area; the main sense of a lemma comes first.");
    Comparator<Sense> order =
        Comparator.comparing(Sense::lemma).thenComparing(s -> -s.stars).thenComparing(Sense::order);
    senses.get(language).values().stream()
        .sorted(order)
        .map(s -> String.join("\t", s.lemma, s.part, s.english, s.area))
        .forEach(lines::add);
    Files.write(file, lines);
    long lemmas = senses.get(language).values().stream().map(Sense::lemma).distinct().count();
    IO.println(file + ": " + lemmas + " lemmas, " + (lines.size() - 2) + " senses");
  }
}
