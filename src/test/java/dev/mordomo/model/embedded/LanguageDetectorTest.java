package dev.mordomo.model.embedded;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class LanguageDetectorTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          Como faço backup?                                    | pt
          como faco backup                                     | pt
          ¿Cómo cambio el modelo?                              | es
          como cambio el modelo                                | es
          How do reminders work?                               | en
          Apaga a luz da sala                                  | pt
          Apaga la luz de la sala                              | es
          Me lembra de tirar o bolo em 1 minuto                | pt
          Recuérdame sacar la basura mañana a las 9            | es
          Remind me to call my mother every Monday at 8        | en
          Por quantos dias o plano pro guarda as mensagens?    | pt
          ¿Cada cuánto se hace el backup incremental?          | es
          Onde pago o boleto do IPTU?                          | pt
          Qual o prazo de entrega?                             | pt
          Dónde está mi pedido                                 | es
          Wie kann ich mein Passwort ändern?                   | ''
          Comment puis-je changer mon mot de passe ?           | ''
          Come posso cambiare la mia password?                 | ''
          Как изменить пароль?                                 | ''
          パスワードを変更するには                                  | ''
          12345 67/8                                           | ''
          turn off the kitchen light                           | en
          """)
  void shortTextsAreTold(String text, String language) {
    assertEquals(language, LanguageDetector.detect(text));
  }

  @Test
  void anEmptyTextIsInNoLanguage() {
    assertEquals(Detection.NONE, LanguageDetector.detection(""));
  }

  @Test
  void eachSentenceOfAMixedTextHasItsOwnLanguage() {
    List<String> languages =
        LanguageDetector.sentences(
                "O plano pro guarda as mensagens por 180 dias. The pro plan keeps messages."
                    + " El plan pro guarda los mensajes durante 180 días.")
            .stream()
            .map(LanguageDetector.Sentence::language)
            .toList();
    assertEquals(List.of("pt", "en", "es"), languages);
  }

  @Test
  void confidenceLiesBetweenNothingAndCertainty() {
    double sure = LanguageDetector.detection("Você não tem permissão para isso").confidence();
    double unsure = LanguageDetector.detection("a casa de Ana").confidence();
    assertTrue(0 <= unsure && unsure < sure && sure <= 1, unsure + " < " + sure);
  }
}
