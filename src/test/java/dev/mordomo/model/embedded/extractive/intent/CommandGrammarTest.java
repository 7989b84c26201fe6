package dev.mordomo.model.embedded.extractive.intent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Commands and what only sounds like one, heard on Wednesday, 11 March 2026, at ten. */
class CommandGrammarTest {
  private static final ZoneId ZONE = ZoneId.of("America/Sao_Paulo");
  private static final Instant NOW =
      LocalDateTime.parse("2026-03-11T10:00").atZone(ZONE).toInstant();

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          Me lembra de tirar o bolo em 1 minuto                      | tirar o bolo        | 2026-03-11T10:01
          me lembre, por favor, de tirar o bolo em 1 minuto          | tirar o bolo        | 2026-03-11T10:01
          lembra-me amanhã às 9 de pagar a conta                     | pagar a conta       | 2026-03-12T09:00
          cria um lembrete para sexta às 18h30: buscar as crianças   | buscar as crianças  | 2026-03-13T18:30
          Crie um lembrete para tomar o remédio às 22h               | tomar o remédio     | 2026-03-11T22:00
          Você pode me lembrar de ligar para a Ana amanhã às 9?      | ligar para a Ana    | 2026-03-12T09:00
          Amanhã às 9 me lembra de pagar o aluguel                   | pagar o aluguel     | 2026-03-12T09:00
          Me avisa em 10 minutos que a pizza está pronta             | a pizza está pronta | 2026-03-11T10:10
          Quero criar um lembrete para amanhã às 7 da manhã: correr  | correr              | 2026-03-12T07:00
          lembrete: reunião com o João amanhã às 15h                 | reunião com o João  | 2026-03-12T15:00
          não me deixa esquecer da consulta dia 20 às 14h            | consulta            | 2026-03-20T14:00
          Preciso lembrar de comprar pão hoje às 18h                 | comprar pão         | 2026-03-11T18:00
          Podes lembrar-me de regar as plantas daqui a duas horas?   | regar as plantas    | 2026-03-11T12:00
          Me acorda às 7                                             | acordar             | 2026-03-12T07:00
          Mordomo, me lembra da reunião de sexta amanhã às 9, tá?    | reunião de sexta    | 2026-03-12T09:00
          me lembra de pedir a segunda via do boleto amanhã às 10    | pedir a segunda via do boleto | 2026-03-12T10:00
          recuérdame sacar la basura mañana a las 9                  | sacar la basura     | 2026-03-12T09:00
          Recuerdame mañana sacar la basura a las 9, por favor       | sacar la basura     | 2026-03-12T09:00
          ¿Puedes recordarme llamar a mamá en dos horas?             | llamar a mamá       | 2026-03-11T12:00
          Crea un recordatorio para el viernes a las 18:00: dentista | dentista            | 2026-03-13T18:00
          avísame en media hora de que la lavadora ha terminado      | la lavadora ha terminado | 2026-03-11T10:30
          Dentro de 20 minutos recuérdame apagar el horno            | apagar el horno     | 2026-03-11T10:20
          remind me to call mom every Monday at 8                    | call mom            | 2026-03-16T08:00
          remind me in 2 hours to check the oven                     | check the oven      | 2026-03-11T12:00
          Can you please remind me to water the plants tomorrow at 9? | water the plants   | 2026-03-12T09:00
          Set a reminder for Friday at 5pm: pick up the kids         | pick up the kids    | 2026-03-13T17:00
          Don't let me forget about the dentist on the 20th at 2pm   | the dentist         | 2026-03-20T14:00
          Tomorrow at noon remind me about lunch with Bob            | lunch with Bob      | 2026-03-12T12:00
          don't forget to buy milk tonight                           | buy milk            | 2026-03-11T20:00
          Wake me up at 6am                                          | wake up             | 2026-03-12T06:00
          """)
  void reminders(String text, String title, LocalDateTime at) {
    Intent.Remind remind = assertInstanceOf(Intent.Remind.class, intent(text), text);
    assertEquals(title, remind.title(), text);
    assertEquals(at.atZone(ZONE).toInstant(), remind.time().orElseThrow().at(), text);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Me lembra de tirar o bolo",
        "Cria um lembrete",
        "Recuérdame comprar leche",
        "Remind me to call mom",
        "Can you create a reminder?"
      })
  void remindersWithoutATime(String text) {
    Intent.Remind remind = assertInstanceOf(Intent.Remind.class, intent(text), text);
    assertTrue(remind.time().isEmpty(), text);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "-",
      textBlock =
          """
          Apaga a luz da sala                        | turn_off | light | sala | luz da sala | - | -
          apague as luzes da cozinha por favor       | turn_off | light | cozinha | luzes da cozinha | - | -
          acende as luzes da cozinha                 | turn_on | light | cozinha | luzes da cozinha | - | -
          Você pode acender a luz do quarto?         | turn_on | light | quarto | luz do quarto | - | -
          Quero apagar a luz                         | turn_off | light | - | luz | - | -
          liga o ar-condicionado a 22 graus          | turn_on | air_conditioner | - | ar-condicionado | 22 | °C
          Liga o ar condicionado do quarto em 23°C   | turn_on | air_conditioner | quarto | ar condicionado do quarto | 23 | °C
          desliga a TV                               | turn_off | tv | - | TV | - | -
          Ei mordomo, desliga a televisão da sala agora | turn_off | tv | sala | televisão da sala | - | -
          aumenta o volume para 30%                  | set | volume | - | volume | 30 | %
          aumenta o volume                           | increase | volume | - | volume | - | -
          diminui a temperatura para 21 graus        | set | thermostat | - | temperatura | 21 | °C
          abaixa a persiana do escritório            | close | blind | escritório | persiana do escritório | - | -
          abre o portão                              | open | gate | - | portão | - | -
          tranca a porta da frente                   | lock | door | frente | porta da frente | - | -
          liga o ventilador de teto do quarto        | turn_on | fan | quarto | ventilador de teto do quarto | - | -
          deixa a luz da sala em 50%                 | set | light | sala | luz da sala | 50 | %
          enciende la luz del salón                  | turn_on | light | salón | luz del salón | - | -
          apaga la luz de la cocina                  | turn_off | light | cocina | luz de la cocina | - | -
          ¿Puedes encender la calefacción?           | turn_on | heater | - | calefacción | - | -
          baja la persiana                           | close | blind | - | persiana | - | -
          sube la persiana de la habitación          | open | blind | habitación | persiana de la habitación | - | -
          pon el aire acondicionado a 24 grados      | set | air_conditioner | - | aire acondicionado | 24 | °C
          cierra la puerta del garaje                | close | door | garaje | puerta del garaje | - | -
          turn off the living room lights            | turn_off | light | living room | living room lights | - | -
          turn the kitchen light on please           | turn_on | light | kitchen | kitchen light | - | -
          turn off the lights in the kitchen         | turn_off | light | kitchen | lights in the kitchen | - | -
          switch off the TV                          | turn_off | tv | - | TV | - | -
          set the thermostat to 21                   | set | thermostat | - | thermostat | 21 | -
          set the bedroom heater to 20 degrees       | set | heater | bedroom | bedroom heater | 20 | °C
          lock the front door                        | lock | door | front | front door | - | -
          can you dim the lights to 30%?             | set | light | - | lights | 30 | %
          open the garage door                       | open | garage | - | garage door | - | -
          turn everything off                        | turn_off | all | - | everything | - | -
          """)
  void devices(
      String text,
      String name,
      String device,
      String location,
      String target,
      Integer value,
      String unit) {
    Intent.Control control = assertInstanceOf(Intent.Control.class, intent(text), text);
    assertEquals(1, control.commands().size(), text);
    assertFalse(control.later(), text);
    Map<String, Object> arguments = control.commands().getFirst().arguments();
    assertEquals(name, arguments.get("name"), text);
    assertEquals(device, arguments.get("device"), text);
    assertEquals(location, arguments.get("location"), text);
    assertEquals(target, arguments.get("target"), text);
    assertEquals(value, arguments.get("value"), text);
    assertEquals(unit, arguments.get("unit"), text);
  }

  @Test
  void severalDevicesInOneBreath() {
    Intent.Control control =
        assertInstanceOf(
            Intent.Control.class,
            intent("Apaga a luz da sala e liga a TV do quarto e o ventilador"));
    assertEquals(
        "turn_off luz da sala, turn_on TV do quarto, turn_on ventilador",
        String.join(
            ", ", control.commands().stream().map(c -> c.name() + " " + c.target()).toList()));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Apaga a luz da sala às 22h",
        "apaga a luz em 10 minutos",
        "Amanhã às 7 liga a cafeteira",
        "Apaga a luz da sala quando eu sair",
        "turn off the lights in 10 minutes",
        "enciende la luz a las 8"
      })
  void devicesAtAnotherTimeAreToldApart(String text) {
    assertTrue(assertInstanceOf(Intent.Control.class, intent(text), text).later(), text);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "How do reminders work?",
        "Como crio um lembrete?",
        "Como criar um lembrete para amanhã às 9?",
        "¿Cómo apago la luz desde el móvil?",
        "Como apago a luz da sala?",
        "Posso apagar a luz pelo celular?",
        "É possível criar lembretes recorrentes?",
        "O que acontece quando um lembrete dispara?",
        "Onde ficam guardados os lembretes?",
        "Você pode criar lembretes?",
        "Can you create reminders?",
        "What are reminders?",
        "When does a reminder fire?",
        "How do I turn off the lights?",
        "Can I turn on the lights from my phone?",
        "¿Se puede programar un recordatorio?",
        "¿Qué pasa si un recordatorio falla?",
        "¿Cuándo se apaga la luz?",
        "Me lembra como se faz backup",
        "Remind me how the backup works",
        "remind me what the default quota is",
        "Recuérdame cuál es el límite",
        "Me lembra qual é o limite de tokens?",
        "Por quantos dias o plano pro guarda as mensagens?",
        "Qual é o limite de tokens padrão de uma prefeitura?",
        "¿Cada cuánto se hace el backup incremental?",
        "Como faço backup?",
        "¿Cómo cambio el modelo?",
        "Abre o documento de configuração",
        "Fecha a conta do cliente",
        "Liga para o João",
        "Apaga o arquivo de logs",
        "Apaga as mensagens antigas da tabela",
        "Turn on light mode",
        "Close the window settings",
        "Open the door documentation",
        "Set the light theme",
        "Abre a janela de configurações",
        "A luz da sala está acesa?",
        "Is the living room light on?",
        "O sistema apaga a luz da sala?",
        "Quem apaga a luz da sala?",
        "Lembra do João?",
        "Você lembra da reunião de ontem?",
        "Do you remember the meeting yesterday at 9?",
        "¿Te acuerdas de la reunión de ayer?",
        "Não apaga a luz da sala",
        "Don't turn off the lights",
        "Explica como ligar o ar-condicionado",
        "Tell me how to lock the door",
        "Qual a temperatura da sala?",
        "Quanto tempo dura o backup de segunda a sexta?",
        "A que horas roda o backup diário?",
        "What time does the daily backup run?",
        "Que dia vence o plano?",
        "Bom dia, como faço backup?",
        "Oi, quantos dias o plano pro guarda?",
        "Lembretes",
        "luz",
        "backup",
        "O que é o Mordomo?",
        "What can the pro plan do?",
        "mostra os documentos",
        "Cancela a assinatura?",
        "Apaga tudo sobre o projeto X do banco"
      })
  void questions(String text) {
    assertInstanceOf(Intent.Question.class, intent(text), text);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          Oi!                                | greeting
          Bom dia, mordomo                   | greeting
          olá, tudo bem?                     | greeting
          Buenas tardes                      | greeting
          Hey there                          | greeting
          Obrigado!                          | thanks
          muito obrigada, mordomo            | thanks
          gracias por todo                   | thanks
          Thank you very much                | thanks
          Tchau                              | farewell
          obrigado, até amanhã               | farewell
          Hasta luego                        | farewell
          bye                                | farewell
          O que você sabe fazer?             | capabilities
          Oi, o que você faz?                | capabilities
          ¿Qué puedes hacer?                 | capabilities
          What can you do?                   | capabilities
          que horas são?                     | time
          Que horas são agora, por favor?    | time
          ¿Qué hora es?                      | time
          what time is it                    | time
          Que dia é hoje?                    | date
          ¿Qué día es hoy?                   | date
          What's the date today?             | date
          quais são os meus lembretes?       | reminder_list
          lista meus lembretes de amanhã     | reminder_list
          ¿Qué recordatorios tengo?          | reminder_list
          what reminders do I have for tomorrow? | reminder_list
          show my reminders                  | reminder_list
          cancela o lembrete do bolo         | reminder_cancel
          apaga o lembrete da reunião        | reminder_cancel
          borra el recordatorio del dentista | reminder_cancel
          delete my reminder about the oven  | reminder_cancel
          adia o lembrete por 10 minutos     | reminder_snooze
          snooze for 10 minutes              | reminder_snooze
          """)
  void others(String text, String label) {
    assertEquals(label, intent(text).label(), text);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          Apaga a luz da sala           | pt
          Apaga la luz de la sala       | es
          Recuérdame llamar en 1 hora   | es
          avisa-me daqui a 10 minutos   | pt
          remind me in an hour          | en
          Como faço backup?             | pt
          ¿Cómo hago una copia?         | es
          How do reminders work?        | en
          """)
  void tellsTheLanguage(String text, String language) {
    assertEquals(language, grammar().understand(text).language(), text);
  }

  @Test
  void theNextWordsCompleteAWish() {
    assertEquals("pagar a conta", completed("Me lembra de pagar a conta", "amanhã às 9").title());
    assertEquals(
        "pagar a conta", completed("Me lembra de pagar a conta", "às 9, por favor").title());
    assertEquals(
        "tirar o bolo", completed("Cria um lembrete", "tirar o bolo em 10 minutos").title());
    CommandGrammar grammar = grammar();
    Understood wish = grammar.understand("Me lembra de pagar a conta");
    assertTrue(grammar.completed(wish, "às 9 roda o backup").isEmpty());
    assertTrue(grammar.completed(wish, "não sei").isEmpty());
    Understood whole = grammar.understand("Me lembra de pagar a conta em 1 hora");
    assertTrue(grammar.completed(whole, "às 18h").isEmpty());
  }

  private static Intent.Remind completed(String before, String text) {
    Understood wish = grammar().understand(before);
    return assertInstanceOf(
        Intent.Remind.class, grammar().completed(wish, text).orElseThrow().intent());
  }

  private static Intent intent(String text) {
    Understood understood = grammar().understand(text);
    assertTrue(understood.confidence() > 0 && understood.confidence() <= 1);
    return understood.intent();
  }

  private static CommandGrammar grammar() {
    return new CommandGrammar(NOW, ZONE, "pt-BR");
  }
}
