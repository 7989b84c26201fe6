package dev.mordomo.model.embedded;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.text.Normalizer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class GlossTest {
  private static final Gloss GLOSS = new Gloss();

  @ParameterizedTest
  @ValueSource(
      strings = {
        "How do reminders work?",
        "Wie ändere ich mein Passwort?",
        "Comment puis-je changer mon mot de passe ?",
        "パスワードを変更するには",
        "",
        "  ",
        "12345",
      })
  void whatIsNotOursComesBackAsItIs(String text) {
    assertSame(text, GLOSS.gloss(text));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          pt | a porta aberta         | open door
          pt | Não entendo a fatura   | do not understand
          pt | as sessões VO          | sessions VO
          pt | uma das minhas vacas   | one of my
          pt | E se chover?           | what if
          pt | manipulação estéril    | sterile manipulation
          es | Dé cinco golpes        | give five
          es | Si vendo la casa       | if sell
          es | El agua está permitida | is allowed
          es | Quiero darme de baja   | want to cancel
          es | Me he quedado sin batería | have run out of battery
          es | Mi hijo se ha puesto malo | has felt sick
          es | Nos vamos a quedar sin luz | power outage
          es | sacar algún dinero     | withdraw
          es | Me han cobrado dos veces | charged twice
          es | Se me ha estropeado la nevera | my refrigerator
          es | la mujer que hago feliz | that
          es | recapitulación final   | recapitulation
          es | Todo sobre la comida   | food
          es | puedo inscribirme en el curso | can enroll
          pt | as janelas             | windows
          pt | pagamos a conta        | pay
          pt | nós pagaríamos         | pay
          pt | pagando                | paying
          pt | fazê-lo amanhã         | do
          pt | comprá-los             | buy
          pt | enviar-me              | send me
          pt | rapidamente            | quickly
          pt | livrinho               | book
          pt | as lições              | lesson
          pt | os papéis              | papers
          pt | a gente quer pagar     | want
          pt | Preciso de ajuda       | need
          pt | o cartão de crédito    | credit card
          pt | os cartões de crédito  | credit card
          es | las ventanas           | windows
          es | pagamos la cuenta      | pay
          es | puedo pagar            | can
          es | quiero dormir          | want
          es | dámelo                 | give me
          es | enviárnoslo            | send us
          es | haciéndolo             | do
          es | las luces              | lights
          es | las canciones          | songs
          es | sigo esperando         | wait
          """)
  void formsAreFoundUnderTheirLemma(String language, String text, String english) {
    String gloss = GLOSS.gloss(text, language);
    assertTrue(gloss.contains(english), gloss);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          pt | como faco backup       | como faço backup
          pt | nao tem agua           | não tem água
          pt | ate amanha de manha    | até amanhã de manhã
          es | cuanto cuesta el envio | cuánto cuesta el envío
          es | mi hijo esta en la casa | mi hijo está en la casa
          """)
  void accentsMayBeMissing(String language, String bare, String accented) {
    assertEquals(GLOSS.gloss(accented, language), GLOSS.gloss(bare, language));
  }

  @Test
  void namesNumbersAndCodesStay() {
    String gloss =
        GLOSS.gloss(
            "O servidor gw.example.org na porta 8080 usa max_connections e getUserName,"
                + " pergunte a ana@example.org ou veja https://example.org/ajuda do João Pereira",
            "pt");
    for (String kept :
        new String[] {
          "gw.example.org",
          "8080",
          "max_connections",
          "getUserName",
          "ana@example.org",
          "https://example.org/ajuda",
          "João",
          "Pereira"
        }) {
      assertTrue(gloss.contains(kept), kept + " in " + gloss);
    }
  }

  @Test
  void aNeighbourChoosesThePartOfSpeech() {
    assertTrue(GLOSS.gloss("como registro meu carro", "pt").contains("register"));
    assertTrue(GLOSS.gloss("o registro do carro", "pt").contains("record"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          pt | o espaço público                | the public space
          pt | preciso de ajuda para pagar     | help to pay
          pt | saiu sem pagar                  | without paying
          pt | vou pagar amanhã                | will pay tomorrow
          pt | não vi nada                     | not see anything
          pt | das oito às seis                | from eight to six
          pt | o meu pedido                    | my order
          pt | me roubaram a mala              | stole my
          es | el espacio público              | the public space
          es | me robaron la billetera         | stole my wallet
          es | me voy mañana                   | leave tomorrow
          es | voy a pagar mañana              | will pay tomorrow
          es | antes de pagar                  | before paying
          es | quiero pagar                    | want to pay
          es | no hay nada                     | anything
          es | de ocho a seis                  | from eight to six
          es | mi abuela tiene 70 años         | is 70 years old
          es | el domingo no abrimos           | on Sunday
          es | aviso a los vecinos             | the neighbors
          pt | a página é segura               | is safe
          pt | faltam 150 dias                 | 150 days
          pt | as mudas de árvores             | seedlings of trees
          """)
  void theGlossHasTheOrderOfEnglish(String language, String text, String english) {
    String gloss = GLOSS.gloss(text, language);
    assertTrue(gloss.contains(english), gloss);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          pt | a catraca não liberou           | did not release
          pt | o motorista volta amanhã        | returns
          pt | ele pagaria a conta             | would pay
          pt | não inclui o frete              | does not include
          pt | inclui o frete                  | includes
          pt | estou grávida                   | am pregnant
          es | las llaves se entregan aquí     | are delivered
          es | la multa se pagó ayer           | was paid
          es | no pagaremos la multa           | will not pay
          es | el técnico no paga              | does not pay
          es | los perros no comen             | do not eat
          es | quien no ha pagado              | has not paid
          """)
  void verbsHaveTheirPersonAndTense(String language, String text, String english) {
    String gloss = GLOSS.gloss(text, language);
    assertTrue(gloss.contains(english), gloss);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          pt | o posto mais próximo            | nearest
          pt | um lugar mais barato            | a cheaper place
          pt | responde em até 48 horas        | within 48
          pt | por trinta dias                 | for thirty days
          pt | de três em três horas           | every three hours
          es | cada diez días                  | every ten days
          es | desde cuatro años               | from four
          es | unas treinta personas           | about thirty
          """)
  void degreesAndSpansAreAsEnglishSaysThem(String language, String text, String english) {
    String gloss = GLOSS.gloss(text, language);
    assertTrue(gloss.contains(english), gloss);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          pt | Leve um documento               | take a document
          pt | só se o nome estiver certo      | if the name
          pt | não deixa o filho sair          | let the son leave
          pt | é preciso autorização           | need authorization
          pt | é preciso pagar                 | have to pay
          pt | devem pagar                     | must pay
          pt | estou com dor de dente          | toothache
          es | Cierre la ventana y pulse aquí  | close the window and press
          es | no me dejan entrar              | let me enter
          es | ha vuelto a casa                | returned
          es | vuelve a llamar                 | again
          es | quiero quedarme                 | want to stay
          es | el perro tenía hambre           | hungry
          es | me siguen cobrando              | keep charging
          es | riegue la planta                | water the plant
          """)
  void aFormIsReadByWhatStandsBesideIt(String language, String text, String english) {
    String gloss = GLOSS.gloss(text, language);
    assertTrue(gloss.contains(english), gloss);
  }

  @Test
  void aShortSentenceIsInTheLanguageWhoseLexiconHasItsWords() {
    assertTrue(GLOSS.gloss("Me da pánico la aguja").contains("needle"));
    assertTrue(GLOSS.gloss("Chirría cada vez que freno").contains("brake"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          pt | tomar uma pastilha para a garganta   | pill
          pt | o chiar ao travar indica pastilhas gastas | brake pad
          pt | a receita do médico na farmácia      | prescription
          pt | a receita do bolo de chocolate       | recipe
          es | la llave de la puerta del coche      | key
          es | la receta del médico en la farmacia  | prescription
          es | la receta del pastel de chocolate    | recipe
          es | subo la bici al metro en la estación | subway
          """)
  void theTopicChoosesAmongSenses(String language, String text, String english) {
    String gloss = GLOSS.gloss(text, language);
    assertTrue(gloss.contains(english), gloss);
  }

  @Test
  void anAccentMayBeACharacterOfItsOwn() {
    String text = "Não tenho o código da inscrição, como faço?";
    String decomposed = Normalizer.normalize(text, Normalizer.Form.NFD);
    assertEquals(GLOSS.gloss(text), GLOSS.gloss(decomposed));
    assertEquals(GLOSS.gloss(text, "pt"), GLOSS.gloss(decomposed, "pt"));
  }

  @Test
  void seIsIfAtTheStartOfAClause() {
    assertTrue(GLOSS.gloss("Se o pedido atrasar, avise", "pt").startsWith("if"));
  }

  @Test
  void aSentenceInEnglishStaysWithinAPortugueseText() {
    String english = "Please restart the server before you leave.";
    String gloss =
        GLOSS.gloss("Não esqueça de fechar a porta quando você sair da sala. " + english);
    assertTrue(gloss.contains(english), gloss);
    assertTrue(gloss.contains("door"), gloss);
  }

  @Test
  void aShortSentenceIsNotTakenForTheNeighbouringLanguage() {
    String gloss = GLOSS.gloss("No pague la multa todavía. No se da aquí el recibo de compra.");
    assertTrue(gloss.startsWith("do not pay"), gloss);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          No me dejan dormir. | do not let me sleep.
          Me van a cobrar. | will charge me.
          El asiento puede cederse. | the seat can be yielded.
          Los cartones de leche. | the cartons.
          No salga sin gorra ni gafas. | do not come out without cap or glasses.
          La olla está negra, ¿cómo la limpio? | the pot is black, how clean it?
          Debo tres meses de gastos comunes. | owe three months of condo fee.
          Tengo que pagar. | I have to pay.
          Apágala si no la está usando. | turn off if not it is using.
          Póngase en contacto con nosotros. | contact us.
          Avisame cuando llegues. | let me know when arrive.
          Nos vamos a separar. | will separate.
          La habitación queda libre. | the room is free.
          Mi viejo perro. | my old dog.
          Cada piso paga según su superficie. | every apartment pays according to your surface.
          No entiendo la carta. | do not understand the letter.
          Le encontré una garrapata a mi perro. | found a tick to my dog.
          Siéntese aquí. | sit down here.
          """)
  void spanishPronounsPassivesAndPluralsReadLikeEnglish(String spanish, String english) {
    assertEquals(english, GLOSS.gloss(spanish, "es"));
  }

  @Test
  void anyTextIsGlossedWithoutFailing() {
    String odd =
        "\u0000 ¿¿?? ---- 'a' çççç ÇÃO -lo -me lo- \uD83D\uDE00 a\u0301 _ /// 1,2,3 @ x-y-z";
    for (String language : new String[] {"pt", "es"}) {
      GLOSS.gloss(odd, language);
      GLOSS.gloss("não " + odd.repeat(200), language);
    }
  }
}
