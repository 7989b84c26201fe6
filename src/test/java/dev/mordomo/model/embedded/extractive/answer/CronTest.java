package dev.mordomo.model.embedded.extractive.answer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mordomo.model.embedded.extractive.reply.Replies;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class CronTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          30 23 * * * agendare fechar-faltas | pt | todo dia às 23:30
          */15 * * * * enviar                | pt | a cada 15 minutos
          0 7 * * 1 relatorio                | pt | toda segunda-feira às 7:00
          0 4 1 * * expurgar                 | pt | todo dia 1 do mês às 4:00
          0 */4 * * * diferencial            | es | cada 4 horas
          45 5 * * 1-5 rutas                 | en | every weekday at 5:45
          schedule: "15 1 * * *"             | en | every day at 1:15
          30 3 * * 0,3 x                     | en | every Sunday and every Wednesday at 3:30
          """)
  void isSaidInWords(String line, String language, String words) {
    assertEquals(words, Cron.in(line).flatMap(c -> c.words(Replies.in(language))).orElse("?"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "de 1 a 5 de 10",
        "1 2 3 4 5",
        "a * b * c",
        "SELECT * FROM x",
        "10.0.0.1 2 3 * * 4x"
      })
  void otherTextsHoldNone(String text) {
    assertTrue(Cron.in(text).isEmpty(), text);
  }

  @ParameterizedTest
  @ValueSource(strings = {"0 0 1 1 *", "5,35 8-18 * * 1-5", "0 9 5 * 1", "0 9 * 6 *"})
  void whatIsNotPlainIsLeftUnsaid(String schedule) {
    assertTrue(Cron.in(schedule).orElseThrow().words(Replies.in("pt")).isEmpty(), schedule);
  }
}
