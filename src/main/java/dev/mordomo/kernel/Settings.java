package dev.mordomo.kernel;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The settings of the installation: {@code conf/mordomo.yaml}, each overridden by the environment
 * ({@code model.chat} by {@code MORDOMO_MODEL_CHAT}).
 *
 * <p>Each feature reads its own keys into a record. A wrong value is noted and its default given,
 * so that {@link #verify()} can name all errors at once, unknown keys included.
 */
public final class Settings {
  private static final Set<String> ENVIRONMENT_ONLY =
      Set.of(
          "MORDOMO_SECRET",
          "MORDOMO_DATA",
          "MORDOMO_BACKUP_PASSPHRASE",
          "MORDOMO_CONF",
          "MORDOMO_ADMIN_EMAIL",
          "MORDOMO_ADMIN_PASSWORD",
          "MORDOMO_JAVA_OPTS",
          "MORDOMO_LOG_LEVEL",
          "MORDOMO_JVM_FOLDERS",
          "MORDOMO_PG_BIN",
          "MORDOMO_STATE_FOLDER");

  private final Map<String, String> file;
  private final Map<String, String> environment;
  private final Map<String, String> origins = new TreeMap<>();
  private final List<String> errors = new ArrayList<>();

  private Settings(Map<String, String> file, Map<String, String> environment) {
    this.file = Map.copyOf(file);
    this.environment = Map.copyOf(environment);
  }

  /** Settings from values alone, for tests: keys are paths such as {@code model.chat}. */
  public static Settings of(Map<String, String> values, Map<String, String> environment) {
    return new Settings(values, environment);
  }

  /** Reads a YAML file; without one, the defaults that the build carries. */
  public static Settings load(Optional<Path> path, Map<String, String> environment) {
    try {
      ObjectMapper yaml = new ObjectMapper(new YAMLFactory());
      JsonNode root;
      if (path.isPresent()) {
        root = yaml.readTree(Files.readString(path.get()));
      } else {
        try (InputStream in = Settings.class.getResourceAsStream("/conf/mordomo.yaml")) {
          root = in == null ? yaml.createObjectNode() : yaml.readTree(in);
        }
      }
      Map<String, String> values = new LinkedHashMap<>();
      flatten("", root, values);
      return new Settings(values, environment);
    } catch (IOException e) {
      throw new UncheckedIOException(
          "cannot read the settings" + path.map(p -> " in " + p).orElse(""), e);
    }
  }

  private static void flatten(String path, JsonNode node, Map<String, String> into) {
    if (node.isObject()) {
      node.properties()
          .forEach(e ->
              flatten(path.isEmpty() ? e.getKey() : path + "." + e.getKey(), e.getValue(), into));
    } else if (node.isArray()) {
      List<String> items = new ArrayList<>();
      node.forEach(item -> items.add(item.asText()));
      into.put(path, String.join(",", items));
    } else if (!node.isNull() && !node.isMissingNode()) {
      into.put(path, node.asText());
    }
  }

  private @Nullable String raw(String key) {
    String variable = "MORDOMO_" + key.toUpperCase(Locale.ROOT).replace('.', '_');
    String fromEnvironment = environment.get(variable);
    if (fromEnvironment != null && !fromEnvironment.isBlank()) {
      origins.put(key, variable);
      return fromEnvironment.strip();
    }
    String fromFile = file.get(key);
    origins.put(key, fromFile == null ? "default" : "file");
    return fromFile == null || fromFile.isBlank() ? null : fromFile.strip();
  }

  /** A variable that has no key, for instance {@code OPENAI_API_KEY}; empty when unset or blank. */
  public Optional<String> variable(String name) {
    return Optional.ofNullable(environment.get(name)).filter(v -> !v.isBlank()).map(String::strip);
  }

  public Optional<String> text(String key) {
    return Optional.ofNullable(raw(key));
  }

  public String text(String key, String otherwise) {
    return text(key).orElse(otherwise);
  }

  /** A whole number within {@code [least, most]}. */
  public int integer(String key, int otherwise, int least, int most) {
    return (int) longInteger(key, otherwise, least, most);
  }

  public long longInteger(String key, long otherwise, long least, long most) {
    String value = raw(key);
    if (value == null) {
      return otherwise;
    }
    try {
      long number = Long.parseLong(value.replace("_", ""));
      if (number >= least && number <= most) {
        return number;
      }
    } catch (NumberFormatException e) {
      // Told below, with the range.
    }
    return wrong(key, value, "a whole number from " + least + " to " + most, otherwise);
  }

  public double decimal(String key, double otherwise, double least, double most) {
    String value = raw(key);
    if (value == null) {
      return otherwise;
    }
    try {
      double number = Double.parseDouble(value);
      if (number >= least && number <= most) {
        return number;
      }
    } catch (NumberFormatException e) {
      // Told below, with the range.
    }
    return wrong(key, value, "a number from " + least + " to " + most, otherwise);
  }

  public boolean flag(String key, boolean otherwise) {
    String value = raw(key);
    return switch (value == null ? "" : value.toLowerCase(Locale.ROOT)) {
      case "" -> otherwise;
      case "true", "yes", "on" -> true;
      case "false", "no", "off" -> false;
      case String other -> wrong(key, other, "true or false", otherwise);
    };
  }

  /** A length of time: {@code 250ms}, {@code 15s}, {@code 10m}, {@code 12h}, {@code 30d}. */
  public Duration duration(String key, Duration otherwise) {
    String value = raw(key);
    if (value == null) {
      return otherwise;
    }
    var match = java.util.regex.Pattern.compile("(\\d{1,9})\\s*(ms|s|m|h|d)").matcher(value);
    if (!match.matches()) {
      return wrong(key, value, "a time such as 250ms, 15s, 10m, 12h or 30d", otherwise);
    }
    long amount = Long.parseLong(match.group(1));
    return switch (match.group(2)) {
      case "ms" -> Duration.ofMillis(amount);
      case "s" -> Duration.ofSeconds(amount);
      case "m" -> Duration.ofMinutes(amount);
      case "h" -> Duration.ofHours(amount);
      default -> Duration.ofDays(amount);
    };
  }

  /** Values separated by commas; empty when unset. */
  public List<String> list(String key) {
    return text(key)
        .map(v -> List.of(v.split("\\s*,\\s*")).stream().filter(s -> !s.isBlank()).toList())
        .orElse(List.of());
  }

  /** Notes that a key's value is wrong, in a feature's own check. */
  public <T> T wrong(String key, String value, String expected, T otherwise) {
    errors.add(key + " is \"" + value + "\", expected " + expected + " (" + origin(key) + ")");
    return otherwise;
  }

  /**
   * Where a key's value came from: an environment variable's name, {@code file} or {@code default}.
   */
  public String origin(String key) {
    return origins.getOrDefault(key, "default");
  }

  /** Every key that was read. */
  public Set<String> keys() {
    return Set.copyOf(origins.keySet());
  }

  /**
   * To be called when every feature has read its keys.
   *
   * @throws Failure with all errors at once, one a line
   */
  public void verify() {
    Set<String> unknown = new TreeSet<>(file.keySet());
    unknown.removeAll(origins.keySet());
    List<String> all = new ArrayList<>(errors);
    unknown.forEach(key -> all.add(key + " is not a setting" + nearest(key)));
    environment.keySet().stream()
        .filter(v -> v.startsWith("MORDOMO_") && !ENVIRONMENT_ONLY.contains(v))
        .filter(v -> !v.startsWith("MORDOMO_TEST_") && !v.startsWith("MORDOMO_BENCH_"))
        .filter(v ->
            origins.keySet().stream()
                .noneMatch(
                    k -> v.equals("MORDOMO_" + k.toUpperCase(Locale.ROOT).replace('.', '_'))))
        .sorted()
        .forEach(v -> all.add(v + " names no setting"));
    if (!all.isEmpty()) {
      throw Failure.of(
          FailureCode.INVALID, "The settings are wrong:\n  " + String.join("\n  ", all));
    }
  }

  private String nearest(String key) {
    String last = key.substring(key.lastIndexOf('.') + 1);
    return origins.keySet().stream()
        .filter(k -> k.endsWith("." + last) || k.startsWith(key))
        .findFirst()
        .map(k -> "; did you mean " + k + "?")
        .orElse("");
  }
}
