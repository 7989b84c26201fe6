package dev.mordomo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import dev.mordomo.gateway.GatewayConfig;
import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code conf/mordomo.yaml} says every setting, and nothing that is none. */
class SettingsFileTest {
  private static final Path FILE = Path.of("conf/mordomo.yaml");
  private static final Map<String, String> WRONG =
      Map.of(
          "DATABASE_URL",
          "postgresql://nobody:nothing@127.0.0.1:1/none",
          "MORDOMO_NO_SUCH_THING",
          "1");

  @TempDir Path data;

  /** Reads all settings as a start does, and stops there, for a variable that names none. */
  private Failure start(Settings settings) {
    return assertThrows(Failure.class, () -> App.start(settings, data, false));
  }

  @Test
  void theFilesKeysAreThoseThatAreRead() throws IOException {
    Settings settings = Settings.load(Optional.of(FILE), WRONG);
    assertEquals(
        "The settings are wrong:\n  MORDOMO_NO_SUCH_THING names no setting",
        start(settings).detail());
    Set<String> told = new TreeSet<>();
    flatten("", new ObjectMapper(new YAMLFactory()).readTree(Files.readString(FILE)), told);
    assertEquals(told, new TreeSet<>(settings.keys()));
  }

  @Test
  void aStartWithWrongSettingsNamesThemAll() {
    String detail =
        start(Settings.of(Map.of("job.paralel", "2", "limits.frame_bytes", "-1"), WRONG)).detail();
    assertTrue(detail.contains("job.paralel is not a setting"), detail);
    assertTrue(detail.contains("limits.frame_bytes is \"-1\""), detail);
    assertTrue(detail.contains("MORDOMO_NO_SUCH_THING names no setting"), detail);
  }

  @Test
  void thePortOfTheEnvironmentIsBeforeTheFiles() {
    assertEquals(8080, port(Map.of()));
    assertEquals(9090, port(Map.of("PORT", "9090")));
    assertEquals(7070, port(Map.of("PORT", "9090", "MORDOMO_GATEWAY_PORT", "7070")));
  }

  private static int port(Map<String, String> environment) {
    return GatewayConfig.from(Settings.load(Optional.of(FILE), environment)).port();
  }

  private static void flatten(String path, JsonNode node, Set<String> into) {
    if (!node.isObject()) {
      into.add(path);
      return;
    }
    node.properties()
        .forEach(one ->
            flatten(
                path.isEmpty() ? one.getKey() : path + "." + one.getKey(), one.getValue(), into));
  }
}
