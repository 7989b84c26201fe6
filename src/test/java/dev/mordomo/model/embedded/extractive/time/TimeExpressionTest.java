package dev.mordomo.model.embedded.extractive.time;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What people say of time, heard on Wednesday, 11 March 2026, at ten in the morning. */
class TimeExpressionTest {
  private static final ZoneId SAO_PAULO = ZoneId.of("America/Sao_Paulo");
  private static final LocalDateTime WEDNESDAY_AT_TEN = LocalDateTime.parse("2026-03-11T10:00");

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          em 10 minutos               | 2026-03-11T10:10
          em 1 minuto                 | 2026-03-11T10:01
          em um minutinho             | 2026-03-11T10:01
          daqui a 2 horas             | 2026-03-11T12:00
          daqui a uns vinte e cinco minutos | 2026-03-11T10:25
          em meia hora                | 2026-03-11T10:30
          em uma hora e meia          | 2026-03-11T11:30
          em 2h30                     | 2026-03-11T12:30
          em 1h e 15 min              | 2026-03-11T11:15
          em 1,5 horas                | 2026-03-11T11:30
          em três quartos de hora     | 2026-03-11T10:45
          em 30 segundos              | 2026-03-11T10:00:30
          dentro de 3 dias            | 2026-03-14T10:00
          dentro de 3 dias às 8       | 2026-03-14T08:00
          daqui a duas semanas        | 2026-03-25T10:00
          daqui a um mês              | 2026-04-11T10:00
          amanhã às 9                 | 2026-03-12T09:00
          AMANHA AS 9                 | 2026-03-12T09:00
          amanhã às nove e meia       | 2026-03-12T09:30
          amanhã de manhã             | 2026-03-12T09:00
          amanhã à tarde              | 2026-03-12T15:00
          depois de amanhã às 14h30   | 2026-03-13T14:30
          hoje à noite                | 2026-03-11T20:00
          hoje à noite às 8           | 2026-03-11T20:00
          hoje às 8 da noite          | 2026-03-11T20:00
          às 18h                      | 2026-03-11T18:00
          às 18:45                    | 2026-03-11T18:45
          às 9                        | 2026-03-12T09:00
          às nove e quarenta e cinco  | 2026-03-12T09:45
          às 3 da tarde               | 2026-03-11T15:00
          à uma da tarde              | 2026-03-11T13:00
          às quinze para as onze      | 2026-03-11T10:45
          às 11 menos um quarto       | 2026-03-11T10:45
          às 7 e um quarto da noite   | 2026-03-11T19:15
          ao meio-dia                 | 2026-03-11T12:00
          ao meio-dia e meia          | 2026-03-11T12:30
          à meia-noite                | 2026-03-12T00:00
          amanhã ao meio dia          | 2026-03-12T12:00
          sexta-feira às 9            | 2026-03-13T09:00
          sexta às 18h30              | 2026-03-13T18:30
          na próxima segunda          | 2026-03-16T09:00
          segunda que vem às 7        | 2026-03-16T07:00
          quarta às 11                | 2026-03-18T11:00
          terça da semana que vem às 8 | 2026-03-17T08:00
          no sábado à tarde           | 2026-03-14T15:00
          dia 15 às 10h               | 2026-03-15T10:00
          dia 5                       | 2026-04-05T09:00
          dia 5 do mês que vem às 8h  | 2026-04-05T08:00
          25 de dezembro              | 2026-12-25T09:00
          25 de dezembro de 2027 às 8h | 2027-12-25T08:00
          dia 1º de abril ao meio-dia | 2026-04-01T12:00
          25/12 às 8                  | 2026-12-25T08:00
          em 02/01/2027 às 8h         | 2027-01-02T08:00
          2026-05-04 às 8h            | 2026-05-04T08:00
          10 de janeiro às 7h         | 2027-01-10T07:00
          para amanhã, às 7 da manhã  | 2026-03-12T07:00
          no fim do dia               | 2026-03-11T18:00
          """)
  void portuguese(String text, LocalDateTime expected) {
    assertEquals(Optional.of(expected), local(text, "pt-BR"), text);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          mañana a las 9              | 2026-03-12T09:00
          manana a las 9              | 2026-03-12T09:00
          mañana por la mañana        | 2026-03-12T09:00
          mañana a las 9 de la mañana | 2026-03-12T09:00
          pasado mañana               | 2026-03-13T09:00
          esta noche                  | 2026-03-11T20:00
          esta tarde a las 5          | 2026-03-11T17:00
          el viernes a las 6 de la tarde | 2026-03-13T18:00
          el próximo lunes            | 2026-03-16T09:00
          el lunes que viene a las 8  | 2026-03-16T08:00
          en un cuarto de hora        | 2026-03-11T10:15
          en media hora               | 2026-03-11T10:30
          dentro de hora y media      | 2026-03-11T11:30
          dentro de una hora y cuarto | 2026-03-11T11:15
          en veinticinco minutos      | 2026-03-11T10:25
          en treinta y cinco minutos  | 2026-03-11T10:35
          a las 9 y media             | 2026-03-12T09:30
          a las 12 y cuarto           | 2026-03-11T12:15
          9 menos cuarto              | 2026-03-12T08:45
          a las once menos diez       | 2026-03-11T10:50
          a la una                    | 2026-03-11T13:00
          a la una de la tarde        | 2026-03-11T13:00
          al mediodía                 | 2026-03-11T12:00
          a medianoche                | 2026-03-12T00:00
          el 15 de abril a las 10:30  | 2026-04-15T10:30
          el día 20 a las 8           | 2026-03-20T08:00
          25/12 a las 8               | 2026-12-25T08:00
          la semana que viene         | 2026-03-16T09:00
          en 3 días                   | 2026-03-14T10:00
          a las 18 horas              | 2026-03-11T18:00
          """)
  void spanish(String text, LocalDateTime expected) {
    assertEquals(Optional.of(expected), local(text, "es"), text);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          in 10 minutes               | 2026-03-11T10:10
          in a minute                 | 2026-03-11T10:01
          in half an hour             | 2026-03-11T10:30
          in an hour and a half       | 2026-03-11T11:30
          in two and a half hours     | 2026-03-11T12:30
          2 hours from now            | 2026-03-11T12:00
          in a couple of hours        | 2026-03-11T12:00
          in twenty-five minutes      | 2026-03-11T10:25
          tomorrow at 9               | 2026-03-12T09:00
          tomorrow morning            | 2026-03-12T09:00
          the day after tomorrow at noon | 2026-03-13T12:00
          tonight                     | 2026-03-11T20:00
          tonight at 9                | 2026-03-11T21:00
          at 5pm                      | 2026-03-11T17:00
          at 5:30 p.m.                | 2026-03-11T17:30
          5 pm                        | 2026-03-11T17:00
          at 12am                     | 2026-03-12T00:00
          at nine thirty              | 2026-03-12T09:30
          at 8 in the evening         | 2026-03-11T20:00
          next Friday at noon         | 2026-03-13T12:00
          this Friday at 6pm          | 2026-03-13T18:00
          on Monday                   | 2026-03-16T09:00
          on the 15th                 | 2026-03-15T09:00
          on the 15th at 14:00        | 2026-03-15T14:00
          Dec 25 at 8am               | 2026-12-25T08:00
          on December 25th, 2027 at 8 am | 2027-12-25T08:00
          25th of December            | 2026-12-25T09:00
          half past nine              | 2026-03-12T09:30
          quarter to eleven           | 2026-03-11T10:45
          ten past eleven             | 2026-03-11T11:10
          at 11 o'clock               | 2026-03-11T11:00
          at midnight                 | 2026-03-12T00:00
          next week                   | 2026-03-16T09:00
          in 2 weeks                  | 2026-03-25T10:00
          """)
  void english(String text, LocalDateTime expected) {
    assertEquals(Optional.of(expected), local(text, "en-GB"), text);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          pt | todo dia às 7               | 2026-03-12T07:00 | FREQ=DAILY
          pt | todos os dias às 11h        | 2026-03-11T11:00 | FREQ=DAILY
          pt | diariamente às 8            | 2026-03-12T08:00 | FREQ=DAILY
          pt | toda segunda às 8           | 2026-03-16T08:00 | FREQ=WEEKLY;BYDAY=MO
          pt | todas as quartas às 11      | 2026-03-11T11:00 | FREQ=WEEKLY;BYDAY=WE
          pt | toda terça e quinta às 19h  | 2026-03-12T19:00 | FREQ=WEEKLY;BYDAY=TU,TH
          pt | às segundas e às sextas às 9 | 2026-03-13T09:00 | FREQ=WEEKLY;BYDAY=MO,FR
          pt | de segunda a sexta às 7     | 2026-03-12T07:00 | FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR
          pt | nos dias úteis às 7         | 2026-03-12T07:00 | FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR
          pt | a cada 2 horas              | 2026-03-11T12:00 | FREQ=HOURLY;INTERVAL=2
          pt | de 8 em 8 horas             | 2026-03-11T18:00 | FREQ=HOURLY;INTERVAL=8
          pt | a cada 15 minutos           | 2026-03-11T10:15 | FREQ=MINUTELY;INTERVAL=15
          pt | toda noite                  | 2026-03-11T20:00 | FREQ=DAILY
          pt | todo dia 5 às 10h           | 2026-04-05T10:00 | FREQ=MONTHLY;BYMONTHDAY=5
          pt | todo mês no dia 20 às 10h   | 2026-03-20T10:00 | FREQ=MONTHLY;BYMONTHDAY=20
          pt | todo dia 25 de dezembro     | 2026-12-25T09:00 | FREQ=YEARLY
          pt | dia sim dia não             | 2026-03-12T09:00 | FREQ=DAILY;INTERVAL=2
          es | cada lunes a las 8          | 2026-03-16T08:00 | FREQ=WEEKLY;BYDAY=MO
          es | todos los días a las 7      | 2026-03-12T07:00 | FREQ=DAILY
          es | los lunes y miércoles a las 12 | 2026-03-11T12:00 | FREQ=WEEKLY;BYDAY=MO,WE
          es | de lunes a viernes a las 7  | 2026-03-12T07:00 | FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR
          es | cada 6 horas                | 2026-03-11T16:00 | FREQ=HOURLY;INTERVAL=6
          es | cada noche                  | 2026-03-11T20:00 | FREQ=DAILY
          es | el 5 de cada mes a las 9    | 2026-04-05T09:00 | FREQ=MONTHLY;BYMONTHDAY=5
          en | every day at 7              | 2026-03-12T07:00 | FREQ=DAILY
          en | every Monday at 8           | 2026-03-16T08:00 | FREQ=WEEKLY;BYDAY=MO
          en | every Monday and Wednesday at 6pm | 2026-03-11T18:00 | FREQ=WEEKLY;BYDAY=MO,WE
          en | on Fridays at noon          | 2026-03-13T12:00 | FREQ=WEEKLY;BYDAY=FR
          en | every weekday at 9          | 2026-03-12T09:00 | FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR
          en | Monday to Friday at 7       | 2026-03-12T07:00 | FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR
          en | every 2 hours               | 2026-03-11T12:00 | FREQ=HOURLY;INTERVAL=2
          en | every hour                  | 2026-03-11T11:00 | FREQ=HOURLY
          en | every other day at 8        | 2026-03-12T08:00 | FREQ=DAILY;INTERVAL=2
          en | every morning at 7          | 2026-03-12T07:00 | FREQ=DAILY
          en | every 5th                   | 2026-04-05T09:00 | FREQ=MONTHLY;BYMONTHDAY=5
          en | every December 25 at 8am    | 2026-12-25T08:00 | FREQ=YEARLY
          en | weekly                      | 2026-03-12T09:00 | FREQ=WEEKLY
          """)
  void recurring(String locale, String text, LocalDateTime first, String rrule) {
    TimeExpression found = parse(text, locale).orElseThrow();
    assertEquals(first, LocalDateTime.ofInstant(found.at(), SAO_PAULO), text);
    assertEquals(rrule, found.rrule().orElseThrow(), text);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          pt | buscar a segunda via do boleto
          pt | comprar 3 pães
          pt | o plano pro guarda as mensagens
          pt | reunião com todos
          pt | trabalhar o dia todo
          pt | ler a página 25
          pt | custa 9,50
          es | comprar dos panes
          es | subir la persiana al 30%
          en | buy a second monitor
          en | dinner for 2 people
          en | meet at a restaurant
          en | version 2.5 of the plan
          en | it may rain
          """)
  void isNoTime(String locale, String text) {
    assertEquals(Optional.empty(), parse(text, locale), text);
  }

  @Test
  void pastIsSaid() {
    assertTrue(parse("ontem às 9", "pt").orElseThrow().past());
    assertTrue(parse("hoje às 8", "pt").orElseThrow().past());
    assertTrue(parse("yesterday", "en").orElseThrow().past());
    assertFalse(parse("às 8", "pt").orElseThrow().past());
  }

  @Test
  void aDayAloneStatesNoTime() {
    assertFalse(parse("sexta", "pt").orElseThrow().timeStated());
    assertTrue(parse("sexta de manhã", "pt").orElseThrow().timeStated());
    assertTrue(parse("em 5 minutos", "pt").orElseThrow().timeStated());
  }

  @Test
  void numericDatesFollowTheLocale() {
    assertEquals(
        LocalDateTime.parse("2026-05-04T08:00"), local("4/5 at 8am", "en-GB").orElseThrow());
    assertEquals(
        LocalDateTime.parse("2026-04-05T08:00"), local("4/5 at 8am", "en-US").orElseThrow());
    assertEquals(LocalDateTime.parse("2026-05-04T08:00"), local("4/5 às 8", "pt-BR").orElseThrow());
  }

  @Test
  void spansAreWhereTheTimeStood() {
    String text = "Me lembra amanhã de pagar a conta às 9, por favor";
    TimeExpression found = parse(text, "pt").orElseThrow();
    assertEquals(
        "amanhã|às 9",
        String.join(
            "|", found.spans().stream().map(s -> text.substring(s.start(), s.end())).toList()));
  }

  @Test
  void otherDaysInTheTitleAreLeftAlone() {
    String text = "da reunião de sexta amanhã às 9";
    assertEquals(Optional.of(LocalDateTime.parse("2026-03-12T09:00")), local(text, "pt"));
  }

  @Test
  void clockTimesFollowDaylightSaving() {
    ZoneId madrid = ZoneId.of("Europe/Madrid");
    ZoneId lisbon = ZoneId.of("Europe/Lisbon");
    // On 29 March 2026 the clock goes from 2 to 3 in Madrid, and from 1 to 2 in Lisbon.
    Instant before = Instant.parse("2026-03-28T20:00:00Z");
    assertEquals(Instant.parse("2026-03-29T07:00:00Z"), at("mañana a las 9", before, madrid, "es"));
    assertEquals(Instant.parse("2026-03-29T08:00:00Z"), at("amanhã às 9", before, lisbon, "pt"));
    assertEquals(
        Instant.parse("2026-03-29T01:30:00Z"), at("mañana a las 2:30", before, madrid, "es"));
    assertEquals(Instant.parse("2026-03-29T01:30:00Z"), at("amanhã às 1h30", before, lisbon, "pt"));
    assertEquals(Instant.parse("2026-03-29T08:00:00Z"), at("in 12 hours", before, madrid, "en"));
    assertEquals(
        Instant.parse("2026-03-29T19:00:00Z"), at("dentro de 1 día", before, madrid, "es"));
    // On 25 October 2026 the hour from 2 to 3 comes twice in Madrid: the first one counts.
    Instant autumn = Instant.parse("2026-10-24T20:00:00Z");
    assertEquals(
        Instant.parse("2026-10-25T00:30:00Z"), at("mañana a las 2:30", autumn, madrid, "es"));
    assertEquals(Instant.parse("2026-10-25T08:00:00Z"), at("mañana a las 9", autumn, madrid, "es"));
  }

  private static Instant at(String text, Instant now, ZoneId zone, String locale) {
    return TimeExpression.parse(text, now, zone, locale).orElseThrow().at();
  }

  private static Optional<LocalDateTime> local(String text, String locale) {
    return parse(text, locale).map(found -> LocalDateTime.ofInstant(found.at(), SAO_PAULO));
  }

  private static Optional<TimeExpression> parse(String text, String locale) {
    Instant now = WEDNESDAY_AT_TEN.atZone(SAO_PAULO).toInstant();
    return TimeExpression.parse(text, now, SAO_PAULO, locale);
  }
}
