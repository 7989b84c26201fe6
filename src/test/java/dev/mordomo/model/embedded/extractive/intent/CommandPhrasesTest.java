package dev.mordomo.model.embedded.extractive.intent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mordomo.model.embedded.extractive.time.TimeExpression;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What people say, in many ways, on Wednesday, 11 March 2026, at ten in São Paulo. */
final class CommandPhrasesTest {
  private static final Path PHRASES = Path.of("src/test/resources/commands");
  private static final ZoneId ZONE = ZoneId.of("America/Sao_Paulo");
  private static final Instant NOW =
      LocalDateTime.parse("2026-03-11T10:00").atZone(ZONE).toInstant();

  @Test
  void mostOfThosePhrasesAreUnderstoodThatTheGrammarWasWrittenWith() throws IOException {
    Score score = score("tuning.tsv");
    assertTrue(score.right >= 106, score.text());
  }

  /** Not looked at one by one while the grammar was written, so only the sum is told. */
  @Test
  void mostOfTheOthersAreUnderstoodToo() throws IOException {
    Score score = score("heldback.tsv");
    assertTrue(score.right >= 93, score.right + " right");
  }

  /** What does something is never taken from words that ask or refuse. */
  @Test
  void questionsAndRefusalsNeverDoAnything() throws IOException {
    List<String> done = new ArrayList<>();
    for (String file : List.of("tuning.tsv", "heldback.tsv")) {
      for (String line : Files.readAllLines(PHRASES.resolve(file))) {
        String[] cells = line.split("\t");
        if (cells[1].equals("Q") && !told(cells[0]).equals("Q")) {
          done.add(cells[0]);
        }
      }
    }
    assertEquals(List.of(), done);
  }

  private static final class Score {
    private final List<String> wrong = new ArrayList<>();
    private int right;

    String text() {
      return right + " right, wrong:\n" + String.join("\n", wrong);
    }
  }

  private static Score score(String file) throws IOException {
    Score score = new Score();
    for (String line : Files.readAllLines(PHRASES.resolve(file))) {
      String[] cells = line.split("\t");
      String told = told(cells[0]);
      if (told.equals(cells[1])) {
        score.right++;
      } else {
        score.wrong.add(cells[0] + " → " + told + " instead of " + cells[1]);
      }
    }
    return score;
  }

  private static String told(String text) {
    return told(new CommandGrammar(NOW, ZONE, "pt-BR").understand(text).intent());
  }

  private static String told(Intent intent) {
    return switch (intent) {
      case Intent.Remind remind -> "R:" + remind.title() + "@" + time(remind.time().orElse(null));
      case Intent.ListReminders list -> "L";
      case Intent.CancelReminder cancel -> "X:" + cancel.title();
      case Intent.SnoozeReminder snooze ->
          "S:" + snooze.title() + "@" + time(snooze.time().orElse(null));
      case Intent.Control control ->
          (control.later() ? "C!:" : "C:")
              + control.commands().stream()
                  .map(CommandPhrasesTest::told)
                  .collect(Collectors.joining(";"));
      case Intent.Several several ->
          several.intents().stream().map(CommandPhrasesTest::told).collect(Collectors.joining("+"));
      case Intent.Talk talk -> "T:" + talk.kind();
      case Intent.Question question -> "Q";
    };
  }

  private static String told(DeviceCommand command) {
    return String.join(
        "/",
        command.name(),
        command.device(),
        command.location().orElse("-"),
        command.value().map(Object::toString).orElse("-"),
        command.unit().orElse("-"));
  }

  private static String time(@Nullable TimeExpression time) {
    if (time == null) {
      return "?";
    }
    if (time.past()) {
      return "past";
    }
    LocalDateTime at = LocalDateTime.ofInstant(time.at(), ZONE);
    String when = time.timeStated() ? at.toString() : at.toLocalDate().toString();
    return when + time.rrule().map(rule -> ";" + rule).orElse("");
  }
}
