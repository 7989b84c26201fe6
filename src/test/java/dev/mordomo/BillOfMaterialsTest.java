package dev.mordomo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mordomo.BillOfMaterials.Component;
import dev.mordomo.BillOfMaterials.Ecosystem;
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

  private static final Path VENDORED = Path.of("web-demo", "vendor");

  /**
   * A folder with OSV's records for Maven and npm (osv.dev), one JSON file each, where there is
   * one.
   */
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
      assertTrue(
          component
              .get("purl")
              .asText()
              .matches("pkg:(maven/[^/]+/|generic/|npm/(%40[^/]+/)?)[^/@]+@\\d.*"));
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
      Ecosystem ecosystem,
      Optional<String> group,
      String name,
      String from,
      String before,
      String id) {
    boolean isIn(Component component) {
      return component.ecosystem() == ecosystem
          && component.name().equals(name)
          && isOfGroup(component)
          && compare(component.version(), from) >= 0
          && (before.isEmpty() || compare(component.version(), before) < 0);
    }

    /**
     * Many a jar does not say its group: then the name has to do. A package of npm has a scope or
     * none.
     */
    private boolean isOfGroup(Component component) {
      boolean isUnknown =
          ecosystem == Ecosystem.MAVEN && (group.isEmpty() || component.group().isEmpty());
      return isUnknown || group.equals(component.group());
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
          .map(c -> weakness(c[0], c[1], c[2], c[3]))
          .toList();
    }
  }

  private static Weakness weakness(String name, String from, String before, String id) {
    return name.startsWith("npm:")
        ? npm(name.substring("npm:".length()), from, before, id)
        : new Weakness(Ecosystem.MAVEN, Optional.empty(), name, from, before, id);
  }

  private static Weakness npm(String name, String from, String before, String id) {
    int slash = name.indexOf('/');
    return new Weakness(
        Ecosystem.NPM,
        slash < 0 ? Optional.empty() : Optional.of(name.substring(0, slash)),
        name.substring(slash + 1),
        from,
        before,
        id);
  }

  /** Of Maven or of npm, as OSV names the package; none for what is neither. */
  private static Optional<Weakness> osv(JsonNode named, String from, String before, String id) {
    String name = named.path("name").asText();
    return switch (named.path("ecosystem").asText()) {
      case "Maven" -> {
        String[] parts = name.split(":");
        yield parts.length == 2
            ? Optional.of(
                new Weakness(Ecosystem.MAVEN, Optional.of(parts[0]), parts[1], from, before, id))
            : Optional.empty();
      }
      case "npm" -> Optional.of(npm(name, from, before, id));
      default -> Optional.empty();
    };
  }

  private static List<Weakness> osv(JsonNode record) {
    List<Weakness> all = new ArrayList<>();
    String id = record.path("id").asText();
    for (JsonNode affected : record.path("affected")) {
      JsonNode named = affected.path("package");
      if (!record.has("withdrawn")) {
        for (JsonNode range : affected.path("ranges")) {
          String from = "";
          for (JsonNode event : range.path("events")) {
            from = event.path("introduced").asText(from);
            if (event.has("fixed") || event.has("last_affected")) {
              String end = event.path("fixed").asText(event.path("last_affected").asText() + ".1");
              osv(named, from, end, id).ifPresent(all::add);
              from = "";
            }
          }
          if (!from.isEmpty()) {
            osv(named, from, "", id).ifPresent(all::add);
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
      Component old = of(weakness, weakness.from());
      Component mended = of(weakness, weakness.before());
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
      assertEquals(1, found(List.of(maven("org.a", "b", bad)), record).size(), bad);
      assertEquals(1, found(List.of(maven("", "b", bad)), record).size(), "of an unknown group");
    }
    for (Component good :
        List.of(
            maven("org.a", "b", "1.10.2"),
            maven("", "b", "1.10.2"),
            maven("org.other", "b", "1.0"),
            npm("", "b", "1.0"))) {
      assertEquals(List.of(), found(List.of(good), record));
    }
  }

  @Test
  void aVulnerablePackageOfThePageIsFound() throws IOException {
    assertTrue(
        known().stream().anyMatch(weakness -> weakness.ecosystem() == Ecosystem.NPM), "some known");
    List<Weakness> record =
        osv(
            Json.read(
                """
                {"id": "GHSA-test", "affected": [
                 {"package": {"ecosystem": "npm", "name": "@a/b"},
                  "ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}, {"fixed": "2.0.0"}]}]},
                 {"package": {"ecosystem": "npm", "name": "c"},
                  "ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}, {"fixed": "2.0.0"}]}]},
                 {"package": {"ecosystem": "PyPI", "name": "d"},
                  "ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}]}]}]}
                """));
    assertEquals(2, record.size(), "of nothing else");
    for (Component bad : List.of(npm("@a", "b", "1.9.9"), npm("", "c", "0.1.0"))) {
      assertEquals(1, found(List.of(bad), record).size(), bad.purl());
    }
    for (Component good :
        List.of(npm("@a", "b", "2.0.0"), npm("", "b", "1.0.0"), maven("", "c", "1.0.0"))) {
      assertEquals(List.of(), found(List.of(good), record));
    }
  }

  /** The table of the page's packages is whole, and says of each file what it is. */
  @Test
  void whatThePageIsMadeWithStandsInIt() throws IOException {
    List<Component> vendored = BillOfMaterials.vendored();
    assertTrue(here().containsAll(vendored));
    Set<String> purls = new HashSet<>(vendored.stream().map(Component::purl).toList());
    assertEquals(vendored.size(), purls.size());
    for (String name : List.of("htm", "preact", "centrifuge", "dompurify", "marked")) {
      assertEquals(1, purls.stream().filter(p -> p.startsWith("pkg:npm/" + name + "@")).count());
    }
    assertTrue(
        purls.stream().anyMatch(p -> p.startsWith("pkg:npm/%40fontsource-variable/newsreader@")));
    String table = Files.readString(VENDORED.resolve("README.md"));
    for (Component one : vendored) {
      assertTrue(table.contains(one.sha256() + "  "), "the checksum of " + one.purl());
    }
    try (Stream<Path> folders = Files.list(VENDORED)) {
      for (Path folder : folders.filter(Files::isDirectory).toList()) {
        assertTrue(table.contains("`" + folder.getFileName() + "/"), folder.toString());
      }
    }
  }

  private static Component of(Weakness weakness, String version) {
    return new Component(weakness.ecosystem(), weakness.group(), weakness.name(), version, "");
  }

  private static Component maven(String group, String name, String version) {
    return component(Ecosystem.MAVEN, group, name, version);
  }

  private static Component npm(String scope, String name, String version) {
    return component(Ecosystem.NPM, scope, name, version);
  }

  private static Component component(
      Ecosystem ecosystem, String group, String name, String version) {
    Optional<String> known = group.isEmpty() ? Optional.empty() : Optional.of(group);
    return new Component(ecosystem, known, name, version, "");
  }
}
