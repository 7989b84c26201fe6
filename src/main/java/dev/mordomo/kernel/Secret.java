package dev.mordomo.kernel;

import com.google.crypto.tink.Aead;
import com.google.crypto.tink.subtle.AesGcmJce;
import com.google.crypto.tink.subtle.Hkdf;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The installation's one secret. Everything else that must be secret derives from it (HKDF-SHA256,
 * RFC 5869) or is sealed under keys that are sealed under it: see {@link Keyring}.
 */
public final class Secret {
  private static final int BYTES = 32;
  private static final Logger LOG = LoggerFactory.getLogger(Secret.class);

  private final byte[] key;

  private Secret(byte[] key) {
    this.key = key;
  }

  /**
   * From {@code MORDOMO_SECRET}, else from a file of mode 0600, made on the first run: whole or not
   * at all, and by one process when several begin at once.
   *
   * @throws Failure {@code invalid} for fewer than 32 characters
   */
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
        make(file);
      }
      String text = Files.readString(file).strip();
      if (text.length() < BYTES) {
        throw Failure.of(
            FailureCode.INVALID,
            file
                + " must hold at least "
                + BYTES
                + " characters, and seems cut short: put back the installation's secret from a"
                + " backup; only where nothing was stored yet, remove the file and start again");
      }
      return of(text);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read or make the installation's secret in " + file, e);
    }
  }

  /** Written under another name first: what stands under its own is never half of it. */
  private static void make(Path file) throws IOException {
    Path folder = Files.createDirectories(file.toAbsolutePath().getParent());
    byte[] random = new byte[BYTES];
    new SecureRandom().nextBytes(random);
    Path written =
        Files.createTempFile(
            folder,
            file.getFileName() + ".",
            ".new",
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    try {
      Files.writeString(
          written,
          Base64.getUrlEncoder().withoutPadding().encodeToString(random),
          StandardOpenOption.SYNC);
      name(written, file);
    } catch (FileAlreadyExistsException e) {
      LOG.info("another process made {} first; it is used", file);
    } finally {
      Files.deleteIfExists(written);
    }
  }

  /** A second name, since a move may take the place of another process's secret. */
  private static void name(Path written, Path file) throws IOException {
    try {
      Files.createLink(file, written);
    } catch (FileAlreadyExistsException e) {
      throw e;
    } catch (UnsupportedOperationException | FileSystemException e) {
      LOG.info("{} is on a file system without links; it is moved there", file, e);
      Files.move(written, file);
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
