package dev.mordomo;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The table below a heading of a page in docs/: what is written there is what a test holds. */
public final class DocTable {
  private static final Pattern CODE = Pattern.compile("`([^`]+)`");

  private DocTable() {}

  /**
   * @param file below docs/
   * @param heading its line, without the hashes
   * @return the cells of every row but the first two
   */
  public static List<List<String>> rows(String file, String heading) {
    return lines(file, heading).stream().skip(2).map(DocTable::cells).toList();
  }

  /** The names of its columns. */
  public static List<String> columns(String file, String heading) {
    return cells(lines(file, heading).getFirst());
  }

  private static List<String> lines(String file, String heading) {
    List<String> table = new ArrayList<>();
    boolean below = false;
    for (String line : read(Path.of("docs", file))) {
      if (line.startsWith("#")) {
        below = line.replaceFirst("^#+ *", "").equals(heading);
      } else if (below && line.startsWith("|")) {
        table.add(line);
      } else if (below && !table.isEmpty()) {
        break;
      }
    }
    if (table.size() < 3) {
      throw new AssertionError("docs/" + file + " has no table below \"" + heading + '"');
    }
    return table;
  }

  private static List<String> read(Path file) {
    try {
      return Files.readAllLines(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<String> cells(String line) {
    String inner = line.strip().replaceAll("^\\||\\|$", "");
    return Arrays.stream(inner.split("(?<!\\\\)\\|", -1)).map(String::strip).toList();
  }

  /** What stands between backticks in a cell. */
  public static List<String> names(String cell) {
    Matcher matcher = CODE.matcher(cell);
    List<String> names = new ArrayList<>();
    while (matcher.find()) {
      names.add(matcher.group(1));
    }
    return names;
  }
}
