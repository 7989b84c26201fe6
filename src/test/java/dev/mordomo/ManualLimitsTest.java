package dev.mordomo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every limit that the server reads stands in its settings, and in the manual of each language. */
class ManualLimitsTest {
  private static final Path SETTINGS = Path.of("conf/mordomo.yaml");
  private static final Path SOURCES = Path.of("src/main/java");
  private static final Pattern KEY = Pattern.compile("\"(limits\\.[a-z_]+)\"");
  private static final Pattern ROW =
      Pattern.compile("\\|[^|]+\\|([^|]+)\\| `(limits\\.[a-z_]+)` \\|");
  private static final Map<String, Long> UNITS = Map.of("KB", 1024L, "MB", 1024L * 1024);

  @Test
  void theSettingsHoldEveryLimitThatIsRead() throws IOException {
    Set<String> read = new TreeSet<>();
    try (Stream<Path> files = Files.walk(SOURCES)) {
      for (Path file : files.filter(path -> path.toString().endsWith(".java")).toList()) {
        KEY.matcher(Files.readString(file)).results().forEach(key -> read.add(key.group(1)));
      }
    }
    assertEquals(read, settings().keySet());
  }

  @ParameterizedTest
  @ValueSource(strings = {"pt", "es", "en"})
  void theManualTellsEveryLimitAndItsDefault(String language) throws IOException {
    Map<String, Long> told = new TreeMap<>();
    for (String line : Files.readAllLines(Path.of("docs/manual", language, "limits.md"))) {
      Matcher row = ROW.matcher(line);
      if (row.matches()) {
        told.put(row.group(2), number(row.group(1)));
      }
    }
    assertEquals(settings(), told);
  }

  /** {@code 32.000}, {@code 32,000}, {@code 256 KB}, {@code 25 seconds}. */
  private static long number(String text) {
    List<String> words = List.of(text.strip().split(" "));
    return Long.parseLong(words.getFirst().replaceAll("[.,]", ""))
        * UNITS.getOrDefault(words.getLast(), 1L);
  }

  private static Map<String, Long> settings() throws IOException {
    JsonNode limits =
        new ObjectMapper(new YAMLFactory()).readTree(Files.readString(SETTINGS)).path("limits");
    Map<String, Long> all = new TreeMap<>();
    limits.properties().forEach(one -> all.put("limits." + one.getKey(), one.getValue().asLong()));
    assertTrue(all.size() > 10, all.toString());
    return all;
  }
}
