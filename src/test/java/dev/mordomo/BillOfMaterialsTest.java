package dev.mordomo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mordomo.BillOfMaterials.Component;
import dev.mordomo.kernel.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What the server is made of, and that none of it is known to be vulnerable. */
class BillOfMaterialsTest {
  private static final Path KNOWN = Path.of("src", "test", "resources", "vulnerable", "known.tsv");

  /** A folder with OSV's records for Maven (osv.dev), one JSON file each, where there is one. */
  private static final String OSV = "MORDOMO_TEST_OSV";

  private static List<Component> here() {
    String packed = System.getProperty("surefire.test.class.path", "");
    return BillOfMaterials.components(
        packed.isEmpty() ? System.getProperty("java.class.path") : packed);
  }

  @Test
  void everyLibraryStandsInItOnceWithItsHash() {
    JsonNode bom = Json.read(BillOfMaterials.json(here()));
    assertEquals("CycloneDX", bom.get("bomFormat").asText());
    assertEquals("1.6", bom.get("specVersion").asText());
    Set<String> references = new HashSet<>();
    for (JsonNode component : bom.get("components")) {
      assertTrue(component.get("purl").asText().matches("pkg:(maven/[^/]+|generic)/[^/]+@.+"));
      assertTrue(component.at("/hashes/0/content").asText().matches("[0-9a-f]{64}"));
      assertTrue(references.add(component.get("bom-ref").asText()), component.toString());
    }
    assertTrue(
        references.contains(
            "pkg:maven/com.fasterxml.jackson.core/jackson-databind@"
                + version("jackson-databind")));
    assertTrue(references.size() > 50, "" + references.size());
  }

  private static String version(String name) {
    return here().stream().filter(c -> c.name().equals(name)).findFirst().orElseThrow().version();
  }

  /** What is known to be wrong from one version on and before another. */
  private record Weakness(
      Optional<String> group, String name, String from, String before, String id) {
    boolean isIn(Component component) {
      return component.name().equals(name)
          && (group.isEmpty() || group.equals(component.group()))
          && compare(component.version(), from) >= 0
          && (before.isEmpty() || compare(component.version(), before) < 0);
    }
  }

  private static int compare(String one, String other) {
    String[] left = one.split("[.+-]");
    String[] right = other.split("[.+-]");
    for (int i = 0; i < Math.max(left.length, right.length); i++) {
      int order = Long.compare(number(left, i), number(right, i));
      if (order != 0) {
        return order;
      }
    }
    return 0;
  }

  private static long number(String[] parts, int index) {
    return index < parts.length && parts[index].matches("\\d{1,18}")
        ? Long.parseLong(parts[index])
        : 0;
  }

  private static List<Weakness> known() throws IOException {
    try (Stream<String> lines = Files.lines(KNOWN)) {
      return lines
          .filter(line -> !line.startsWith("#") && !line.isBlank())
          .map(line -> line.split("\t"))
          .map(c -> new Weakness(Optional.empty(), c[0], c[1], c[2], c[3]))
          .toList();
    }
  }

  private static List<Weakness> osv(JsonNode record) {
    List<Weakness> all = new ArrayList<>();
    for (JsonNode affected : record.path("affected")) {
      String[] name = affected.at("/package/name").asText().split(":");
      if (affected.at("/package/ecosystem").asText().equals("Maven")
          && name.length == 2
          && !record.has("withdrawn")) {
        for (JsonNode range : affected.path("ranges")) {
          String from = "";
          for (JsonNode event : range.path("events")) {
            from = event.path("introduced").asText(from);
            if (event.has("fixed") || event.has("last_affected")) {
              String end = event.path("fixed").asText(event.path("last_affected").asText() + ".1");
              all.add(
                  new Weakness(
                      Optional.of(name[0]), name[1], from, end, record.path("id").asText()));
              from = "";
            }
          }
          if (!from.isEmpty()) {
            all.add(
                new Weakness(Optional.of(name[0]), name[1], from, "", record.path("id").asText()));
          }
        }
      }
    }
    return all;
  }

  private static List<String> found(List<Component> components, List<Weakness> weaknesses) {
    return components.stream()
        .flatMap(component ->
            weaknesses.stream()
                .filter(weakness -> weakness.isIn(component))
                .map(weakness -> component.purl() + ": " + weakness.id()))
        .toList();
  }

  @Test
  void noneIsKnownToBeVulnerable() throws IOException {
    List<Weakness> weaknesses = new ArrayList<>(known());
    String folder = System.getenv(OSV);
    if (folder != null) {
      try (Stream<Path> records = Files.list(Path.of(folder))) {
        for (Path record : records.filter(p -> p.toString().endsWith(".json")).toList()) {
          weaknesses.addAll(osv(Json.read(Files.readString(record))));
        }
      }
    }
    assertEquals(List.of(), found(here(), weaknesses));
  }

  @Test
  void aVulnerableVersionIsFound() throws IOException {
    for (Weakness weakness : known()) {
      Component old = new Component(Optional.empty(), weakness.name(), weakness.from(), "");
      Component mended = new Component(Optional.empty(), weakness.name(), weakness.before(), "");
      assertFalse(found(List.of(old), List.of(weakness)).isEmpty(), weakness.toString());
      assertTrue(found(List.of(mended), List.of(weakness)).isEmpty(), weakness.toString());
    }
    List<Weakness> record =
        osv(
            Json.read(
                """
                {"id": "GHSA-test", "affected": [{"package": {"ecosystem": "Maven", "name": "org.a:b"},
                 "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "1.10.2"},
                   {"introduced": "2.0"}]}]}]}
                """));
    for (String bad : List.of("1.9.9", "1.10.1", "2.0", "3.1")) {
      assertEquals(
          1, found(List.of(new Component(Optional.of("org.a"), "b", bad, "")), record).size(), bad);
    }
    for (Component good :
        List.of(
            new Component(Optional.of("org.a"), "b", "1.10.2", ""),
            new Component(Optional.of("org.other"), "b", "1.0", ""))) {
      assertEquals(List.of(), found(List.of(good), record));
    }
  }
}
