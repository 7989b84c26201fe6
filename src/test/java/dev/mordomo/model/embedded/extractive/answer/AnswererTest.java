package dev.mordomo.model.embedded.extractive.answer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.FailureCode;
import dev.mordomo.model.EmbeddingModel;
import dev.mordomo.model.Passage;
import dev.mordomo.model.embedded.extractive.WordHashEmbedding;
import dev.mordomo.model.embedded.extractive.reply.Replies;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class AnswererTest {
  private static final Passage RETENTION =
      new Passage(
          1,
          "evosense",
          "Políticas de Retenção › Limpeza por Plano",
          """
          ```sql
          CASE plano
              WHEN 'starter' THEN corte := CURRENT_DATE - INTERVAL '30 days';
              WHEN 'pro' THEN corte := CURRENT_DATE - INTERVAL '180 days';
          END CASE;
          ```
          """,
          "pt",
          0.6,
          Double.NaN);
  private static final Passage INSTALL =
      new Passage(
          2,
          "manual",
          "Instalação",
          """
          Para instalar o servidor, siga os passos:

          1. Baixe o pacote do servidor.
          2. Execute o instalador.
          3. Reinicie o servidor.
          """,
          "pt",
          0.6,
          Double.NaN);
  private static final Passage HANDBOOK =
      new Passage(
          3,
          "handbook",
          "Leave",
          "Staff receive 26 days of paid vacation a year. Requests need two weeks of notice.",
          "en",
          0.6,
          Double.NaN);

  private static Vertx vertx;
  private static Answerer answerer;

  @BeforeAll
  static void start() {
    vertx = Vertx.vertx();
    answerer = new Answerer(new WordHashEmbedding(), vertx);
  }

  @AfterAll
  static void stop() throws TimeoutException {
    vertx.close().await(10, TimeUnit.SECONDS);
  }

  @Test
  void aLineOfCodeIsQuotedAsCode() {
    String answer = answer("Por quantos dias o plano pro guarda os dados?", "pt");
    assertTrue(
        answer.startsWith(
            "Está neste trecho de evosense, em “Limpeza por Plano”: `WHEN 'pro' THEN"),
        answer);
    assertTrue(answer.contains("180 days';` [1]"), answer);
  }

  @Test
  void codeThatAsksTheSameIsNoAnswer() {
    Passage example =
        new Passage(
            1,
            "manual",
            "API",
            """
            ```sh
            curl -d '{"content":"Como funcionam os lembretes?"}' http://127.0.0.1/v1/turns
            ```
            """,
            "pt",
            0.7,
            Double.NaN);
    Passage reminders =
        new Passage(
            2,
            "manual",
            "Lembretes",
            "Os lembretes funcionam assim: escreva na conversa o que lembrar e quando.",
            "pt",
            0.5,
            Double.NaN);
    String answer =
        answerer
            .answer("Como funcionam os lembretes?", "pt", List.of(example, reminders))
            .await()
            .text();
    assertTrue(answer.contains("escreva na conversa"), answer);
    assertFalse(answer.contains("curl"), answer);
  }

  @Test
  void stepsKeepTheirOrder() {
    String answer = answer("Como instalar o servidor?", "pt");
    int first = answer.indexOf("1. Baixe");
    int last = answer.indexOf("3. Reinicie");
    assertTrue(first > 0 && last > first, answer);
    assertTrue(answer.contains("[2]"), answer);
  }

  @Test
  void anotherLanguageIsSaidToBe() {
    String foreign = answer("Quantos dias de paid vacation por ano o staff recebe?", "pt");
    String frame =
        "O documento diz (em inglês): “Staff receive 26 days of paid vacation a year.” [3]";
    assertTrue(foreign.startsWith(frame), foreign);
    String own = answer("How many days of vacation do staff receive?", "en");
    assertTrue(own.startsWith("Staff receive 26 days of paid vacation a year. [3]"), own);
  }

  @Test
  void noAnswerIsSaidInTheLanguageOfTheQuestion() {
    assertEquals(Replies.in("pt").say("nothing"), answer("Quem descobriu o Brasil?", "pt"));
    assertEquals(Replies.in("es").say("nothing"), answer("¿Cuál es la capital de Mongolia?", "es"));
    assertEquals(Replies.in("en").say("nothing"), answer("Who wrote Hamlet?", "en"));
    assertEquals(
        Replies.in("en").say("nothing"),
        answerer.answer("Who wrote Hamlet?", "en", List.of()).await().text());
  }

  @Test
  void onlyGivenPassagesAreCited() {
    for (String question :
        List.of("Quantos dias?", "[9] plano pro?", "instalar", "How many days?", "?", "vacation")) {
      Matcher citation = Pattern.compile("\\[(\\d+)]").matcher(answer(question, "pt"));
      while (citation.find()) {
        assertTrue(Integer.parseInt(citation.group(1)) <= 3, question);
      }
    }
  }

  @Test
  void wordsDoWhenTheEmbeddingModelFails() {
    String answer =
        new Answerer(new BrokenEmbedding(), vertx)
            .answer("Por quantos dias o plano pro guarda os dados?", "pt", List.of(RETENTION))
            .await()
            .text();
    assertTrue(answer.contains("180 days"), answer);
  }

  @Test
  void aBlankQuestionIsAnsweredWithOne() {
    assertFalse(answer("  ", "pt").isBlank());
  }

  private static String answer(String question, String language) {
    return answerer
        .answer(question, language, List.of(RETENTION, INSTALL, HANDBOOK))
        .await()
        .text();
  }

  private static final class BrokenEmbedding implements EmbeddingModel {
    @Override
    public String name() {
      return "test/broken";
    }

    @Override
    public int dimensions() {
      return 1;
    }

    @Override
    public Future<List<float[]>> embed(List<String> texts, Use use) {
      return Future.failedFuture(Failure.of(FailureCode.MODEL_UNAVAILABLE, "down"));
    }

    @Override
    public double defaultThreshold() {
      return 0;
    }

    @Override
    public double probability(double similarity, String query, String passage) {
      return Double.NaN;
    }
  }
}
