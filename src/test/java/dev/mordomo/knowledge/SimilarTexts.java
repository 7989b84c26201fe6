package dev.mordomo.knowledge;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The texts of {@code src/test/resources/similar/texts.md}: what is the same, and what looks it.
 */
final class SimilarTexts {
  private static final Path FILE = Path.of("src/test/resources/similar/texts.md");
  private static final String MARK = "=== ";

  /**
   * One of them.
   *
   * @param kind original, edited (the same, worked over), translated, or other (of the same kind,
   *     and not the same)
   */
  record Text(String group, String kind, String language, String markdown) {
    String title() {
      return markdown.lines().findFirst().orElse("").replaceFirst("^# ", "");
    }

    /** The same under another title. */
    Text titled(String title) {
      return new Text(
          group, kind, language, "# " + title + markdown.substring(markdown.indexOf('\n')));
    }
  }

  private SimilarTexts() {}

  static List<Text> all() {
    try {
      List<Text> texts = new ArrayList<>();
      for (String part : Files.readString(FILE).split("(?m)^" + MARK)) {
        if (part.startsWith("<!--")) {
          continue;
        }
        int end = part.indexOf('\n');
        String[] said = part.substring(0, end).split(" ");
        texts.add(new Text(said[0], said[1], said[2], part.substring(end + 1)));
      }
      return texts;
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  static Text original(String group) {
    return of(group, "original").getFirst();
  }

  static List<Text> of(String group, String kind) {
    return all().stream().filter(t -> t.group().equals(group) && t.kind().equals(kind)).toList();
  }
}
