package dev.mordomo;

import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.FailureCode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.util.HexFormat;
import javax.crypto.spec.SecretKeySpec;

/**
 * The installation's secret in a PKCS #12 file under a passphrase, as a backup holds it: AES-256
 * with PBKDF2, by the JDK, and readable with its {@code keytool}'s means anywhere.
 */
final class WrappedSecret {
  private static final String ENTRY = "mordomo";
  private static final String TEXT = "AES";

  /** OWASP's advice for PBKDF2 with HMAC-SHA256; the JDK's default is 10,000. */
  private static final String ITERATIONS = "600000";

  private static final int SHORTEST = 12;

  private WrappedSecret() {}

  /**
   * Writes a new file, readable by its owner alone.
   *
   * @throws Failure {@code invalid} for a passphrase of less than 12 characters
   */
  static void wrap(Path secret, Path wrapped, String passphrase) {
    if (passphrase.length() < SHORTEST) {
      throw Failure.of(
          FailureCode.INVALID,
          "MORDOMO_BACKUP_PASSPHRASE must have at least " + SHORTEST + " characters");
    }
    for (String what : new String[] {"certPbe", "keyPbe", "mac"}) {
      System.setProperty("keystore.pkcs12." + what + "IterationCount", ITERATIONS);
    }
    try {
      String text = Files.readString(secret).strip();
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(null, null);
      store.setKeyEntry(
          ENTRY,
          new SecretKeySpec(text.getBytes(StandardCharsets.UTF_8), TEXT),
          password(passphrase),
          null);
      make(wrapped);
      try (OutputStream file = Files.newOutputStream(wrapped, StandardOpenOption.WRITE)) {
        store.store(file, password(passphrase));
      }
    } catch (IOException | GeneralSecurityException e) {
      throw Failure.of(FailureCode.INTERNAL, "the secret could not be wrapped: " + e, e);
    }
  }

  /**
   * Writes the secret as it was, readable by its owner alone.
   *
   * @throws Failure {@code invalid} for another passphrase or a file that holds no such secret,
   *     {@code internal} when a file cannot be read or written
   */
  static void unwrap(Path wrapped, Path secret, String passphrase) {
    byte[] text = opened(wrapped, password(passphrase));
    try {
      make(secret);
      Files.write(secret, text, StandardOpenOption.WRITE);
    } catch (FileAlreadyExistsException e) {
      throw Failure.of(FailureCode.INVALID, secret + " exists already, and is not written over", e);
    } catch (IOException e) {
      throw Failure.of(FailureCode.INTERNAL, secret + " could not be written: " + e, e);
    }
  }

  private static byte[] opened(Path wrapped, char[] password) {
    byte[] file;
    try {
      file = Files.readAllBytes(wrapped);
    } catch (IOException e) {
      throw Failure.of(FailureCode.INTERNAL, wrapped + " could not be read: " + e, e);
    }
    try {
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(new ByteArrayInputStream(file), password);
      Key key = store.getKey(ENTRY, password);
      if (key == null) {
        throw Failure.of(
            FailureCode.INVALID, wrapped + " has no entry " + ENTRY + ": it is not of a backup");
      }
      return key.getEncoded();
    } catch (IOException | GeneralSecurityException e) {
      throw Failure.of(
          FailureCode.INVALID,
          "the secret does not open: the passphrase or the recovery code is another one, or the"
              + " file was changed",
          e);
    }
  }

  /**
   * The JDK takes printable ASCII alone for a key store's password: for any other passphrase, the
   * hexadecimal digits of the SHA-256 of its UTF-8.
   */
  private static char[] password(String passphrase) {
    if (passphrase.chars().allMatch(c -> c >= ' ' && c <= '~')) {
      return passphrase.toCharArray();
    }
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(passphrase.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest).toCharArray();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("SHA-256 is not available", e);
    }
  }

  private static void make(Path file) throws IOException {
    Files.createFile(
        file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
  }
}
