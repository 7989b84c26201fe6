package dev.mordomo.kernel;

import com.google.crypto.tink.Aead;
import com.google.crypto.tink.subtle.AesGcmJce;
import com.google.crypto.tink.subtle.Hkdf;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;

/**
 * The installation's one secret. Everything else that must be secret derives from it (HKDF-SHA256,
 * RFC 5869) or is sealed under keys that are sealed under it: see {@link Keyring}.
 */
public final class Secret {
  private static final int BYTES = 32;
  private final byte[] key;

  private Secret(byte[] key) {
    this.key = key;
  }

  /** From {@code MORDOMO_SECRET}, else from a file of mode 0600, made on the first run. */
  public static Secret load(Optional<String> fromEnvironment, Path file) {
    if (fromEnvironment.isPresent()) {
      if (fromEnvironment.get().length() < BYTES) {
        throw Failure.of(
            FailureCode.INVALID, "MORDOMO_SECRET must have at least " + BYTES + " characters");
      }
      return of(fromEnvironment.get());
    }
    try {
      if (!Files.exists(file)) {
        Files.createDirectories(file.toAbsolutePath().getParent());
        byte[] random = new byte[BYTES];
        new SecureRandom().nextBytes(random);
        Files.createFile(
            file,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(
            file,
            Base64.getUrlEncoder().withoutPadding().encodeToString(random),
            StandardOpenOption.WRITE);
      }
      return of(Files.readString(file).strip());
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read or make the installation's secret in " + file, e);
    }
  }

  public static Secret of(String text) {
    return new Secret(text.getBytes(StandardCharsets.UTF_8));
  }

  /** 32 bytes for one purpose; the same for the same secret and purpose. */
  public byte[] derive(String purpose) {
    try {
      return Hkdf.computeHkdf(
          "HMACSHA256",
          key,
          new byte[0],
          ("mordomo " + purpose).getBytes(StandardCharsets.UTF_8),
          BYTES);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("HKDF-SHA256 is not available", e);
    }
  }

  /** {@link #derive} as 64 hexadecimal digits, for a password. */
  public String password(String purpose) {
    return HexFormat.of().formatHex(derive(purpose));
  }

  /**
   * Ciphertext bound to its name, under a key that never changes: for files, which are many and
   * large. What stands in the database is sealed by a {@link Keyring}.
   */
  public byte[] seal(String name, byte[] plain) {
    try {
      return aead("seal").encrypt(plain, name.getBytes(StandardCharsets.UTF_8));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("cannot seal " + name, e);
    }
  }

  /**
   * @throws Failure {@code internal} when it was sealed under another secret or name
   */
  public byte[] open(String name, byte[] sealed) {
    try {
      return aead("seal").decrypt(sealed, name.getBytes(StandardCharsets.UTF_8));
    } catch (GeneralSecurityException e) {
      throw Failure.of(
          FailureCode.INTERNAL,
          "cannot open " + name + ": it was sealed under another MORDOMO_SECRET (or data/secret)",
          e);
    }
  }

  /** What the keys of {@link Keyring} are kept under. */
  Aead keysetKey() {
    return aead("keyset");
  }

  /** What values in the database were sealed under before there was a {@link Keyring}. */
  byte[] firstSealingKey() {
    return derive("seal");
  }

  private Aead aead(String purpose) {
    try {
      return new AesGcmJce(derive(purpose));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("AES-256-GCM is not available", e);
    }
  }
}
