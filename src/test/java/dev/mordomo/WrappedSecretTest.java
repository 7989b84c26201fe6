package dev.mordomo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyStore;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A backup's secret opens with its passphrase alone. */
class WrappedSecretTest {
  private static final String SECRET = "oZ9vQ2-segredo da instalação, as long as it likes";
  private static final String PASSPHRASE = "seven wet geese over Faro";
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @TempDir Path folder;
  private Path secret;
  private Path wrapped;
  private Path again;

  @BeforeEach
  void write() throws Exception {
    secret = Files.writeString(folder.resolve("secret"), SECRET + "\n");
    wrapped = folder.resolve("secret.p12");
    again = folder.resolve("again");
  }

  private int run(String passphrase, String command, Path from, Path to) {
    return Main.run(
        List.of("secret", command, from.toString(), to.toString()),
        Map.of("MORDOMO_BACKUP_PASSPHRASE", passphrase),
        System.out,
        new PrintStream(err, true, StandardCharsets.UTF_8));
  }

  @Test
  void itOpensWithItsPassphrase() throws Exception {
    assertEquals(0, run(PASSPHRASE, "wrap", secret, wrapped), err::toString);
    assertFalse(
        new String(Files.readAllBytes(wrapped), StandardCharsets.ISO_8859_1).contains("segredo"));
    assertEquals(0, run(PASSPHRASE, "unwrap", wrapped, again), err::toString);
    assertEquals(SECRET, Files.readString(again));
    for (Path file : List.of(wrapped, again)) {
      assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
    }
  }

  @Test
  void itDoesNotOpenWithAnother() {
    assertEquals(0, run(PASSPHRASE, "wrap", secret, wrapped), err::toString);
    assertEquals(1, run("seven wet geese over Fara", "unwrap", wrapped, again));
    assertFalse(Files.exists(again));
    String said = err.toString(StandardCharsets.UTF_8);
    assertTrue(said.contains("the recovery code is another one"), said);
    assertFalse(said.contains("geese"), said);
  }

  @Test
  void aPassphraseMayBeOfAnyLanguage() throws Exception {
    String passphrase = "sete gansos à chuva em São Brás";
    assertEquals(0, run(passphrase, "wrap", secret, wrapped), err::toString);
    assertEquals(1, run("sete gansos a chuva em Sao Bras", "unwrap", wrapped, again));
    assertEquals(0, run(passphrase, "unwrap", wrapped, again), err::toString);
    assertEquals(SECRET, Files.readString(again));
  }

  @Test
  void whatStandsThereIsNotWrittenOverAndThePassphraseNotBlamed() throws Exception {
    assertEquals(0, run(PASSPHRASE, "wrap", secret, wrapped), err::toString);
    Files.writeString(again, "another");
    assertEquals(1, run(PASSPHRASE, "unwrap", wrapped, again));
    assertEquals("another", Files.readString(again));
    String said = err.toString(StandardCharsets.UTF_8);
    assertTrue(said.contains("exists already"), said);
    assertFalse(said.contains("is another one"), said);
  }

  @Test
  void aFileThatIsNotThereIsNamed() {
    assertEquals(1, run(PASSPHRASE, "unwrap", folder.resolve("none.p12"), again));
    String said = err.toString(StandardCharsets.UTF_8);
    assertTrue(said.contains("none.p12 could not be read"), said);
  }

  @Test
  void aKeyStoreOfSomethingElseIsNotOfABackup() throws Exception {
    KeyStore other = KeyStore.getInstance("PKCS12");
    other.load(null, null);
    try (OutputStream file = Files.newOutputStream(wrapped)) {
      other.store(file, PASSPHRASE.toCharArray());
    }
    assertEquals(1, run(PASSPHRASE, "unwrap", wrapped, again));
    String said = err.toString(StandardCharsets.UTF_8);
    assertTrue(said.contains("has no entry mordomo"), said);
  }

  @Test
  void aPassphraseIsNotShort() {
    assertEquals(1, run("short", "wrap", secret, wrapped));
    assertFalse(Files.exists(wrapped));
  }
}
