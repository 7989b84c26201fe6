package dev.mordomo.model.embedded.extractive;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mordomo.model.ChatMessage;
import dev.mordomo.model.ChatRequest;
import dev.mordomo.model.ModelCall;
import dev.mordomo.model.ToolCall;
import dev.mordomo.model.ToolSpec;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The whole model, heard on Wednesday, 11 March 2026, at ten in São Paulo. */
class ExtractiveModelTest {
  private static final ZoneId ZONE = ZoneId.of("America/Sao_Paulo");
  private static final Instant NOW =
      LocalDateTime.parse("2026-03-11T10:00").atZone(ZONE).toInstant();
  private static final List<ToolSpec> TOOLS =
      List.of(
          new ToolSpec("create_reminder", "", Map.of()),
          new ToolSpec("iot_control", "", Map.of()),
          new ToolSpec("cancel_reminder", "", Map.of("properties", Map.of("title", Map.of()))),
          new ToolSpec("list_reminders", "", Map.of()));

  private static Vertx vertx;
  private static ExtractiveModel model;

  @BeforeAll
  static void start() {
    vertx = Vertx.vertx();
    model = new ExtractiveModel(new WordHashEmbedding(), vertx, Duration.ZERO);
  }

  @AfterAll
  static void stop() throws TimeoutException {
    vertx.close().await(10, TimeUnit.SECONDS);
  }

  @Test
  void aReminderIsAToolCall() {
    Heard heard = ask(TOOLS, new ChatMessage.User("Me lembra de tirar o bolo em 1 minuto"));
    assertEquals("", heard.text());
    ToolCall call = heard.calls.getFirst();
    assertEquals("create_reminder", call.name());
    assertEquals(
        Map.of(
            "title",
            "tirar o bolo",
            "scheduled_at",
            "2026-03-11T10:01:00-03:00",
            "time_zone",
            "America/Sao_Paulo"),
        call.arguments());
    assertEquals("tool_calls", heard.result.join().finishReason());
    assertEquals("reminder", heard.result.join().intent().orElseThrow());
    assertTrue(heard.result.join().confidence().orElseThrow() > 0.9);
  }

  @Test
  void aRecurringReminderCarriesItsRule() {
    Heard heard = ask(TOOLS, new ChatMessage.User("remind me to call mom every Monday at 8"));
    assertEquals("FREQ=WEEKLY;BYDAY=MO", heard.calls.getFirst().arguments().get("rrule"));
    assertEquals(
        "2026-03-16T08:00:00-03:00", heard.calls.getFirst().arguments().get("scheduled_at"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          Me lembra de tirar o bolo           | Quando devo lembrar você de tirar o bolo?
          Recuérdame comprar leche            | ¿Cuándo debo recordarte comprar leche?
          Remind me to call mom               | When shall I remind you to call mom?
          Cria um lembrete                    | De que devo lembrar você, e quando?
          Me lembra de tirar o bolo hoje      | A que horas devo lembrar você de tirar o bolo?
          Me lembra da conta hoje às 8        | Esse momento já passou (às 8:00). Para quando devo marcar o lembrete de “conta”?
          que horas são?                      | São 10:00.
          Que dia é hoje?                     | Hoje é quarta-feira, 11 de março de 2026.
          What's the date?                    | Today is Wednesday, 11 March 2026.
          Apaga a luz da sala às 22h          | Só consigo pedir ações a dispositivos na hora, não para depois nem sob condição. Posso criar um lembrete para você, se quiser.
          Oi                                  | Olá! Em que posso ajudar?
          """)
  void saysWithoutATool(String text, String answer) {
    Heard heard = ask(TOOLS, new ChatMessage.User(text));
    assertEquals(answer, heard.text());
    assertTrue(heard.calls.isEmpty());
    assertEquals("stop", heard.result.join().finishReason());
  }

  @Test
  void aReminderInThePastIsSaidToBe() {
    Heard heard = ask(TOOLS, new ChatMessage.User("Me lembra de votar ontem às 9"));
    assertTrue(heard.text().contains("já passou"), heard.text());
    assertTrue(heard.calls.isEmpty());
  }

  @Test
  void onlyToolsOfTheRequestAreCalled() {
    for (String text :
        List.of(
            "Me lembra de tirar o bolo em 1 minuto",
            "Apaga a luz da sala",
            "lista meus lembretes",
            "cancela o lembrete do bolo",
            "snooze for 10 minutes")) {
      Heard heard = ask(List.of(), new ChatMessage.User(text));
      assertTrue(heard.calls.isEmpty(), text);
      assertFalse(heard.text().isBlank(), text);
    }
  }

  @Test
  void theAnswerToWhenCompletesTheReminder() {
    Heard heard =
        ask(
            TOOLS,
            new ChatMessage.User("Me lembra de pagar a conta"),
            new ChatMessage.Assistant("Quando devo lembrar você de pagar a conta?", List.of()),
            new ChatMessage.User("amanhã às 9"));
    assertEquals("pagar a conta", heard.calls.getFirst().arguments().get("title"));
    assertEquals(
        "2026-03-12T09:00:00-03:00", heard.calls.getFirst().arguments().get("scheduled_at"));
  }

  @Test
  void aTimeAfterAReminderThatIsMadeMakesNoSecondOne() {
    Heard heard =
        ask(
            TOOLS,
            new ChatMessage.User("Me lembra de pagar a conta hoje às 9"),
            new ChatMessage.Assistant("Combinado: vou lembrar você às 9:00.", List.of()),
            new ChatMessage.User("às 18h"));
    assertTrue(heard.calls.isEmpty());
  }

  @Test
  void aDeviceIsAToolCall() {
    Heard heard = ask(TOOLS, new ChatMessage.User("Apaga a luz da sala"));
    assertEquals(
        Map.of("name", "turn_off", "device", "light", "location", "sala", "target", "luz da sala"),
        heard.calls.getFirst().arguments());
  }

  @Test
  void aCancellationNamesWhatTheToolKnows() {
    Heard heard = ask(TOOLS, new ChatMessage.User("cancela o lembrete do bolo"));
    assertEquals(Map.of("title", "bolo"), heard.calls.getFirst().arguments());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          Me lembra de tirar o bolo às 15h31  | {"action_id":"a","status":"success","result":{"title":"tirar o bolo","scheduled_at":"2026-03-11T18:31:00Z"}} | Combinado: vou lembrar você de tirar o bolo às 15:31.
          Me lembra da festa sexta às 18h     | {"reminder":{"title":"festa","scheduled_at":"2026-03-13T21:00:00Z"}} | Combinado: vou lembrar você de “festa” na sexta-feira, 13 de março, às 18:00.
          Recuérdame sacar la basura mañana a las 9 | {"title":"sacar la basura","scheduled_at":"2026-03-12T09:00:00-03:00"} | De acuerdo: te recordaré sacar la basura mañana a las 9:00.
          remind me to call mom every Monday at 8 | {} | All right: I’ll remind you to call mom every Monday at 08:00, from Monday, 16 March on.
          Me lembra de tomar água a cada 2 horas | {} | Combinado: vou lembrar você de tomar água a cada 2 horas, a partir das 12:00.
          Apaga a luz da sala                 | {"id":"x","status":"pending","error_message":null} | Pedi para apagar a luz da sala; aviso quando o dispositivo confirmar.
          Apaga a luz da sala                 | {"error":"invalid","detail":"dispositivo desconhecido"} | Não consegui apagar a luz da sala: dispositivo desconhecido
          aumenta o volume para 30%           | {"status":"pending"} | Pedi para ajustar o volume para 30%; aviso quando o dispositivo confirmar.
          liga o ar-condicionado a 22 graus   | {"status":"success"} | Pronto: o dispositivo confirmou (ligar o ar-condicionado a 22 °C).
          enciende la luz del salón           | {"status":"pending"} | He pedido encender la luz del salón; te aviso cuando el dispositivo lo confirme.
          turn off the living room lights     | not json | I asked to turn off the living room lights; I’ll tell you when the device confirms.
          cancela o lembrete do bolo          | {"error":"not_found","detail":"não há tal lembrete"} | Não deu certo: não há tal lembrete
          lista meus lembretes                | {"status":"success","result":[]} | Você não tem lembretes pendentes.
          ¿Qué recordatorios tengo?           | {"status":"success","result":[{"title":"pan","scheduled_at":"2026-03-11T15:00:00Z"}]} | Tus recordatorios:~- pan, a las 12:00
          Me lembra de sair em 1 hora         | {"action_id":"a","status":"failed","error":"limite atingido"} | Não deu certo: limite atingido
          """)
  void toolResultsAreReportedAsTheyAre(String text, String result, String answer) {
    Heard call = ask(TOOLS, new ChatMessage.User(text));
    List<ChatMessage> messages = new ArrayList<>();
    messages.add(new ChatMessage.User(text));
    messages.add(new ChatMessage.Assistant("", call.calls));
    for (ToolCall made : call.calls) {
      messages.add(new ChatMessage.ToolResult(made.id(), made.name(), result));
    }
    Heard heard = ask(TOOLS, messages.toArray(ChatMessage[]::new));
    assertEquals(answer.replace('~', '\n'), heard.text());
    assertTrue(heard.calls.isEmpty());
  }

  @Test
  void nothingIsHeardAfterCancel() {
    CompletableFuture<ModelCall> handle = new CompletableFuture<>();
    CompletableFuture<Void> cancelled = new CompletableFuture<>();
    Heard heard =
        new Heard() {
          @Override
          public void onText(String text) {
            super.onText(text);
            if (words.size() == 3) {
              handle.join().cancel();
              handle.join().cancel();
              cancelled.complete(null);
            }
          }
        };
    ExtractiveModel slow =
        new ExtractiveModel(new WordHashEmbedding(), vertx, Duration.ofMillis(1));
    handle.complete(
        slow.stream(request(TOOLS, new ChatMessage.User("o que você sabe fazer?")), heard));
    cancelled.orTimeout(20, TimeUnit.SECONDS).join();
    Heard later = ask(TOOLS, new ChatMessage.User("o que você sabe fazer?"));
    assertTrue(later.words.size() > 3);
    assertEquals(3, heard.words.size());
    assertFalse(heard.result.isDone());
  }

  @Test
  void wordsComeOneByOne() {
    Heard heard = new Heard();
    new ExtractiveModel(new WordHashEmbedding(), vertx, Duration.ofMillis(1))
        .stream(request(TOOLS, new ChatMessage.User("Oi")), heard);
    heard.await();
    assertEquals(List.of("Olá! ", "Em ", "que ", "posso ", "ajudar?"), heard.words);
    assertEquals(1, heard.most.get());
  }

  @Test
  void aLongAnswerIsCutAtItsLimit() {
    Heard heard = new Heard();
    ChatRequest whole = request(TOOLS, new ChatMessage.User("o que você sabe fazer?"));
    ChatRequest limited =
        new ChatRequest(
            whole.messages(),
            whole.passages(),
            whole.tools(),
            whole.locale(),
            whole.zone(),
            whole.now(),
            0,
            3);
    model.stream(limited, heard);
    heard.await();
    assertEquals("length", heard.result.join().finishReason());
    assertEquals(12, heard.text().length());
  }

  @Test
  void anyTextIsAnsweredAndQuickly() {
    Random random = new Random(7);
    String[] pieces = {
      "me",
      "lembra",
      "de",
      "às",
      "9",
      "em",
      "apaga",
      "a",
      "luz",
      "todo",
      "dia",
      "25",
      "/",
      ":",
      "remind",
      "every",
      "\n",
      "¿",
      "…",
      "😀",
      "\u0301",
      "31",
      "de",
      "fevereiro",
      "menos",
      "e",
      "99999999999",
      "cuarto",
      "half",
      "past",
      "(",
      "\\",
      "%",
      "´",
      "ação",
      "-",
      "'",
      "\ud83d"
    };
    for (int round = 0; round < 400; round++) {
      StringBuilder text = new StringBuilder();
      int words = random.nextInt(60);
      for (int word = 0; word < words; word++) {
        text.append(pieces[random.nextInt(pieces.length)]);
        text.append(random.nextInt(4) == 0 ? "" : " ");
      }
      Heard heard = ask(TOOLS, new ChatMessage.User(text.toString()));
      assertFalse(heard.text().isEmpty() && heard.calls.isEmpty(), text.toString());
    }
    ask(TOOLS, new ChatMessage.User("às 9 e ".repeat(20_000)));
  }

  private static Heard ask(List<ToolSpec> tools, ChatMessage... messages) {
    Heard heard = new Heard();
    model.stream(request(tools, messages), heard);
    return heard.await();
  }

  private static ChatRequest request(List<ToolSpec> tools, ChatMessage... messages) {
    return new ChatRequest(List.of(messages), List.of(), tools, "pt-BR", ZONE, NOW, 0, 1000);
  }
}
