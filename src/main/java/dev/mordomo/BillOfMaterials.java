package dev.mordomo;

import dev.mordomo.kernel.Json;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What this server is made of, as CycloneDX 1.6 in JSON: the libraries that it runs with, read from
 * the files themselves, so that it is true also of an installation that somebody has changed, and
 * those of its page, of which the page has a table.
 */
final class BillOfMaterials {
  private static final Pattern FILE = Pattern.compile("(.+?)-(\\d[\\w.+-]*)\\.jar");
  private static final Pattern DESCRIBED =
      Pattern.compile("META-INF/maven/[^/]+/[^/]+/pom\\.properties");

  private static final String VENDORED = "/web-demo/vendor/";

  /** Of the table: package, version and file. */
  private static final Pattern ROW =
      Pattern.compile(
          "\\| (?:(@[\\w.-]+)/)?([\\w.-]+)[^|]*\\| (\\d[\\w.-]*) \\|[^|]*\\| `([^`]+)` \\|.*");

  private BillOfMaterials() {}

  /** Where a library comes from. */
  enum Ecosystem {
    MAVEN,
    NPM
  }

  /**
   * A library.
   *
   * @param group of Maven, empty when its file does not say it; of npm the scope, if it has one
   * @param sha256 of the file
   */
  record Component(
      Ecosystem ecosystem, Optional<String> group, String name, String version, String sha256) {
    /** A package URL. */
    String purl() {
      String place =
          switch (ecosystem) {
            case MAVEN -> group.map(g -> "maven/" + g + "/").orElse("generic/");
            case NPM -> "npm/" + group.map(g -> g.replace("@", "%40") + "/").orElse("");
          };
      return "pkg:" + place + name + "@" + version;
    }

    private Map<String, Object> members() {
      Map<String, Object> members = new LinkedHashMap<>();
      members.put("type", "library");
      members.put("bom-ref", purl());
      group.ifPresent(g -> members.put("group", g));
      members.put("name", name);
      members.put("version", version);
      members.put("purl", purl());
      members.put("hashes", List.of(Map.of("alg", "SHA-256", "content", sha256)));
      return members;
    }
  }

  /** The libraries of a class path and of the page, by name. */
  static List<Component> components(String classPath) {
    List<Component> all = new ArrayList<>();
    for (String entry : classPath.split(File.pathSeparator)) {
      Path file = Path.of(entry);
      Matcher name = FILE.matcher(String.valueOf(file.getFileName()));
      if (name.matches() && Files.isRegularFile(file)) {
        all.add(component(file, name.group(1), name.group(2)));
      }
    }
    all.addAll(vendored());
    return all.stream().sorted(Comparator.comparing(Component::purl)).distinct().toList();
  }

  /** What the page is made with. */
  static List<Component> vendored() {
    return new String(resource("README.md"), StandardCharsets.UTF_8)
        .lines()
        .map(ROW::matcher)
        .filter(Matcher::matches)
        .map(row ->
            new Component(
                Ecosystem.NPM,
                Optional.ofNullable(row.group(1)),
                row.group(2),
                row.group(3),
                sha256(resource(row.group(4)))))
        .toList();
  }

  private static byte[] resource(String name) {
    try (InputStream in = BillOfMaterials.class.getResourceAsStream(VENDORED + name)) {
      if (in == null) {
        throw new IllegalStateException("the page has no " + VENDORED + name);
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + VENDORED + name, e);
    }
  }

  private static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("SHA-256 is part of every JDK", e);
    }
  }

  private static Component component(Path file, String name, String version) {
    try (JarFile jar = new JarFile(file.toFile())) {
      Optional<String> group =
          jar.stream()
              .filter(entry -> DESCRIBED.matcher(entry.getName()).matches())
              .map(entry -> read(jar, entry))
              // Others are of what was packed into it.
              .filter(properties -> name.equals(properties.getProperty("artifactId")))
              .map(properties -> properties.getProperty("groupId", ""))
              .findFirst();
      return new Component(Ecosystem.MAVEN, group, name, version, sha256(Files.readAllBytes(file)));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file, e);
    }
  }

  private static Properties read(JarFile jar, JarEntry entry) {
    Properties properties = new Properties();
    try (InputStream in = jar.getInputStream(entry)) {
      properties.load(in);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + entry, e);
    }
    return properties;
  }

  /** The whole document. */
  static String json(List<Component> components) {
    Map<String, Object> bom = new LinkedHashMap<>();
    bom.put("bomFormat", "CycloneDX");
    bom.put("specVersion", "1.6");
    bom.put("version", 1);
    bom.put(
        "metadata",
        Map.of(
            "component", Map.of("type", "application", "bom-ref", "mordomo", "name", "mordomo")));
    bom.put("components", components.stream().map(Component::members).toList());
    return Json.write(bom);
  }
}
