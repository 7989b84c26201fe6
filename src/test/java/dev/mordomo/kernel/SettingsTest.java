package dev.mordomo.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SettingsTest {
  @Test
  void allErrorsAreToldAtOnceUnknownKeysIncluded() {
    Settings settings =
        Settings.of(
            Map.of(
                "job.poll", "soon",
                "job.parallel", "900",
                "chat.temperature", "warm",
                "knowledge.manual", "perhaps",
                "model.chatt", "x",
                "parallel", "2"),
            Map.of("MORDOMO_JOB_POLLL", "1s", "MORDOMO_DATA", "here", "PATH", "there"));
    assertEquals(Duration.ofSeconds(3), settings.duration("job.poll", Duration.ofSeconds(3)));
    assertEquals(2, settings.integer("job.parallel", 2, 1, 64));
    assertEquals(0.5, settings.decimal("chat.temperature", 0.5, 0, 2));
    assertTrue(settings.flag("knowledge.manual", true));
    settings.text("model.chat");
    Failure failure = assertThrows(Failure.class, settings::verify);
    assertEquals(FailureCode.INVALID, failure.code());
    List<String> lines = failure.detail().lines().skip(1).map(String::strip).toList();
    assertEquals(7, lines.size(), failure.detail());
    for (String key :
        List.of(
            "job.poll is \"soon\"",
            "job.parallel is \"900\"",
            "chat.temperature is \"warm\"",
            "knowledge.manual is \"perhaps\"",
            "model.chatt is not a setting",
            "parallel is not a setting; did you mean job.parallel?",
            "MORDOMO_JOB_POLLL names no setting")) {
      assertTrue(lines.stream().anyMatch(line -> line.startsWith(key)), key + failure.detail());
    }
  }

  @Test
  void theEnvironmentIsBeforeTheFileAndTheFileBeforeTheDefault() {
    Settings settings =
        Settings.of(
            Map.of("job.parallel", "3", "job.attempts", "4"), Map.of("MORDOMO_JOB_PARALLEL", "5"));
    assertEquals(5, settings.integer("job.parallel", 2, 1, 64));
    assertEquals(4, settings.integer("job.attempts", 2, 1, 64));
    assertEquals(2, settings.integer("job.other", 2, 1, 64));
    assertEquals("MORDOMO_JOB_PARALLEL", settings.origin("job.parallel"));
    assertEquals("file", settings.origin("job.attempts"));
    assertEquals("default", settings.origin("job.other"));
    settings.verify();
  }
}
