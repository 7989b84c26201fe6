package dev.mordomo.model.embedded.extractive.intent;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;

import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever people write is understood in some way: numbers where no number belongs, too. */
class AnyWordsTest {
  private static final int TEXTS = 2_000;
  private static final List<String> BEGINNINGS =
      List.of(
          "Good morning, ",
          "remind me at ",
          "remind me every ",
          "me lembra dia ",
          "lembrete em ",
          "recuérdame el ",
          "a las ",
          "");
  private static final List<String> PIECES =
      List.of(
          " horas",
          " dias",
          " minutos",
          " weeks",
          " anos",
          " months",
          " de maio",
          "h",
          "min",
          "s",
          "/",
          "-",
          ":",
          " às ",
          " at ",
          "%",
          " Feb ",
          " de fevereiro de ",
          "º",
          " menos ",
          " to ",
          " e meia",
          " para as ",
          " past ",
          " ",
          ".");

  private final CommandGrammar grammar =
      new CommandGrammar(Instant.parse("2026-03-04T10:00:00Z"), ZoneId.of("Europe/Lisbon"), "pt");

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Good morning, 7fb1-9018",
        "às 7 menos 9018",
        "em 99999999999999999999 anos",
        "todo dia 99",
        "every 0 minutes",
        "31/02/2026 às 25h",
        "9999999999 minutes past 3"
      })
  void numbersThatNoClockHas(String text) {
    assertDoesNotThrow(() -> grammar.understand(text));
  }

  @Test
  void textsMadeByChance() {
    Random random = new Random(7);
    for (int i = 0; i < TEXTS; i++) {
      String text = text(random);
      assertDoesNotThrow(() -> grammar.understand(text), text);
    }
  }

  private static String text(Random random) {
    StringBuilder text = new StringBuilder(BEGINNINGS.get(random.nextInt(BEGINNINGS.size())));
    if (random.nextInt(3) == 0) {
      return text.append(new UUID(random.nextLong(), random.nextLong())).toString();
    }
    for (int pieces = 1 + random.nextInt(4); pieces > 0; pieces--) {
      for (int digits = 1 + random.nextInt(random.nextInt(4) == 0 ? 22 : 3); digits > 0; digits--) {
        text.append((char) ('0' + random.nextInt(10)));
      }
      text.append(PIECES.get(random.nextInt(PIECES.size())));
    }
    return text.toString();
  }
}
