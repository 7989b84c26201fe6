package dev.mordomo.privacy;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mordomo.kernel.Ids;
import dev.mordomo.kernel.Json;
import dev.mordomo.kernel.Scope;
import dev.mordomo.kernel.Secret;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** There and back: in a text, in JSON, and through a model that speaks in pieces. */
class PlaceholdersTest {
  private final Placeholders placeholders =
      new Placeholders(Secret.of("a secret for tests, long enough to be one"));
  private final Scope ana = new Scope(Ids.next(), Ids.next(), "member");
  private final Scope rui = new Scope(ana.tenantId(), Ids.next(), "admin");
  private final String sealed = placeholders.seal(ana, PersonalKind.CPF, "529.982.247-25");

  @Test
  void itsUserAloneReadsIt() {
    String text = "CPF " + sealed + ".";
    assertFalse(text.contains("529"));
    assertEquals("CPF 529.982.247-25.", placeholders.restored(ana, text));
    assertEquals("CPF [cpf].", placeholders.restored(rui, text));
  }

  @Test
  void itIsHandedOverByItsUserAlone() {
    String others = placeholders.seal(rui, PersonalKind.EMAIL, "rui@example.org");
    Scope eva = new Scope(ana.tenantId(), Ids.next(), "member");
    String handed =
        placeholders.handedOver(ana, eva, "De " + sealed + " a " + others + ", [[cpf:a");
    assertEquals("De 529.982.247-25 a [email], [cpf]", placeholders.restored(eva, handed));
    assertTrue(handed.endsWith(others + ", [[cpf:a"), handed);
  }

  @Test
  void theSameIsTheSameAndOfOneKindAlone() {
    assertEquals(sealed, placeholders.seal(ana, PersonalKind.CPF, "529.982.247-25"));
    assertNotEquals(sealed, placeholders.seal(rui, PersonalKind.CPF, "529.982.247-25"));
    assertEquals("[phone]", placeholders.restored(ana, sealed.replace("cpf:", "phone:")));
  }

  @Test
  void whatWasCutOrMadeUpIsAMask() {
    for (int n = "[[cpf:".length(); n < sealed.length(); n++) {
      assertEquals(
          "x [cpf]", placeholders.restored(ana, "x " + sealed.substring(0, n)).replace("]]", "]"));
    }
    assertEquals(
        "[email] [[nothing:abc]]", placeholders.restored(ana, "[[email:abc]] [[nothing:abc]]"));
  }

  @Test
  void jsonStaysJson() {
    String mail = placeholders.seal(ana, PersonalKind.EMAIL, "ana.souza+casa@exemplo.com.br");
    String json = Json.write(Map.of("content", "a \"" + mail + "\" b"));
    assertEquals(
        "a \"ana.souza+casa@exemplo.com.br\" b",
        Json.read(placeholders.restored(ana, json)).get("content").asText());
  }

  @Test
  void aBeginningIsAsLongAsItsUserSeesIt() {
    String mail = placeholders.seal(ana, PersonalKind.EMAIL, "ana@x.org");
    String kept = "Do " + sealed + mail + " e [[email:abc]] fim";
    String seen = "Do 529.982.247-25ana@x.org e [email] fim";
    for (int n = 0; n <= seen.length() + 2; n++) {
      String beginning = placeholders.beginning(ana, kept, n);
      assertEquals(
          seen.substring(0, Math.min(n, seen.length())), placeholders.restored(ana, beginning));
      assertFalse(beginning.contains("529") || beginning.contains("ana@"), beginning);
    }
  }

  @Test
  void base32ThereAndBack() {
    Random random = new Random(7);
    for (int n = 0; n < 70; n++) {
      byte[] bytes = new byte[n];
      random.nextBytes(bytes);
      assertArrayEquals(bytes, Placeholders.bytes(Placeholders.base32(bytes)));
    }
  }

  @Test
  void aModelIsToldShortNames() {
    String other = placeholders.seal(ana, PersonalKind.CPF, "111.444.777-35");
    String mail = placeholders.seal(ana, PersonalKind.EMAIL, "ana@x.org");
    Aliases aliases = new Aliases();
    assertEquals(
        "[CPF_1] [CPF_2] [CPF_1] [EMAIL_1]",
        aliases.told(String.join(" ", sealed, other, sealed, mail)));
    assertEquals(other + " [CPF_7] [1]", aliases.kept("[CPF_2] [CPF_7] [1]"));
    assertEquals(
        Map.of("to", mail, "all", List.of(sealed, 3)),
        aliases.keptMap(Map.of("to", "[EMAIL_1]", "all", List.of("[CPF_1]", 3))));
  }

  @Test
  void wherverAModelCutsItsPieces() {
    Aliases aliases = new Aliases();
    String mail = placeholders.seal(ana, PersonalKind.EMAIL, "ana@x.org");
    aliases.told(sealed + mail);
    String said = "As [1] says, [CPF_1] and [EMAIL_1] [C or [CPF_ or [[CPF_1]] end [CPF";
    String whole = aliases.kept(said);
    for (int first = 0; first <= said.length(); first++) {
      for (int second = first; second <= said.length(); second++) {
        Aliases.Speech speech = aliases.speech();
        List<String> pieces =
            List.of(
                speech.add(said.substring(0, first)),
                speech.add(said.substring(first, second)),
                speech.add(said.substring(second)),
                speech.rest());
        assertEquals(whole, String.join("", pieces));
        // None is cut in two: whoever reads a piece alone can restore it.
        for (String piece : pieces) {
          assertEquals(
              piece.split("\\[\\[(cpf|email):", -1).length,
              piece.split("[a-z2-7]{20}\\]\\]", -1).length);
        }
      }
    }
  }

  @Test
  void characterByCharacter() {
    Aliases aliases = new Aliases();
    aliases.told(sealed);
    Aliases.Speech speech = aliases.speech();
    StringBuilder all = new StringBuilder();
    for (char c : "o [CPF_1] e [2] e [CPF_1".toCharArray()) {
      all.append(speech.add(String.valueOf(c)));
    }
    assertEquals("o " + sealed + " e [2] e [CPF_1", all.append(speech.rest()).toString());
  }
}
