package dev.mordomo.model.embedded.extractive;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * A question and what answers it.
 *
 * @param language of the question, where its words do not tell
 * @param facts alternatives, each of one or more strings that all have to be in the answer; empty
 *     when the only right answer is that there is none
 * @param document the file name of the document that says so, or "-"
 */
record Expected(String language, String question, List<List<String>> facts, String document) {

  /** The rows of a file: {@code lang question expected document}, {@code ||} or, {@code &&} and. */
  static List<Expected> read(Path file) throws IOException {
    return Files.readAllLines(file).stream().skip(1).map(Expected::row).toList();
  }

  private static Expected row(String line) {
    String[] cells = line.split("\t", -1);
    List<List<String>> facts =
        cells[2].equals("-")
            ? List.of()
            : Arrays.stream(cells[2].split(" \\|\\| "))
                .map(all -> List.of(all.split(" && ")))
                .toList();
    return new Expected(cells[0], cells[1], facts, cells[3]);
  }

  boolean isUnanswerable() {
    return facts.isEmpty();
  }

  boolean isIn(String answer) {
    return facts.stream().anyMatch(all -> all.stream().allMatch(answer::contains));
  }
}
