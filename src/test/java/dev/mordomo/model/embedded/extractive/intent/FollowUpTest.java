package dev.mordomo.model.embedded.extractive.intent;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class FollowUpTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          Por quantos dias o plano pro guarda as mensagens? | e o plano scale? | Por quantos dias o plano scale guarda as mensagens?
          Por quantos dias o plano pro guarda as mensagens? | E o scale? | Por quantos dias o scale guarda as mensagens?
          Quanto custa a quadra? | e a churrasqueira? | Quanto custa a churrasqueira?
          Qual é o prazo de retorno da cardiologia? | e da pediatria? | Qual é o prazo de retorno da pediatria?
          ¿Cuánto cuesta el plan básico? | ¿y el plan familiar? | ¿Cuánto cuesta el plan familiar?
          ¿A qué hora abre la piscina? | ¿Y el gimnasio? | ¿A qué hora abre el gimnasio?
          ¿A qué hora abre la piscina? | y la sala? | ¿A qué hora abre la sala?
          How long does the pro plan keep messages? | and the scale plan? | How long does the scale plan keep messages?
          How much is the party room? | What about the gym? | How much is the gym?
          How many books can a teacher borrow? | and a parent? | How many books can a parent borrow?
          Quanto custa o salão de festas? | e até que horas vai? | até que horas vai salão festas?
          """)
  void standsForAWholeQuestion(String before, String said, String whole) {
    assertEquals(whole, FollowUp.whole(List.of(before), said));
  }

  @Test
  void mayFollowOneThatFollows() {
    List<String> earlier =
        List.of("Por quantos dias o plano pro guarda as mensagens?", "e o plano scale?");
    assertEquals(
        "Por quantos dias o plano enterprise guarda as mensagens?",
        FollowUp.whole(earlier, "e o plano enterprise?"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          Por quantos dias o plano pro guarda as mensagens? | Como faço backup?
          Por quantos dias o plano pro guarda as mensagens? | obrigado
          Me lembra de pagar a conta amanhã | e o plano scale?
          Oi | e o backup, como faço?
          """)
  void otherWordsStayAsTheyAre(String before, String said) {
    assertEquals(said, FollowUp.whole(List.of(before), said));
    assertEquals(said, FollowUp.whole(List.of(), said));
  }
}
