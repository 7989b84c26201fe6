package dev.mordomo.model.onnx;

import dev.mordomo.kernel.Failure;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/**
 * Tells two models of one folder apart: twelve digits of the graph's bytes with the weights that
 * lie beside it, the tokenizer's, and the settings that passages are embedded by.
 */
final class OnnxFingerprint {
  static final int DIGITS = 12;
  private static final int PIECE = 1 << 16;

  private OnnxFingerprint() {}

  /**
   * @param setting that names the folder, for what is wrong with it
   * @param settings what the vectors of passages hang on besides
   */
  static String of(String setting, OnnxFolder folder, List<String> settings) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      for (Path file : files(folder)) {
        // With its length, so that bytes cannot go from one to the next.
        add(digest, file.getFileName() + " " + Files.size(file));
        add(digest, file);
      }
      settings.forEach(value -> add(digest, value.length() + " " + value));
      return HexFormat.of().formatHex(digest.digest()).substring(0, DIGITS);
    } catch (IOException e) {
      throw Failure.invalid(setting, "the model in " + folder.model() + " cannot be read");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /** A graph of more than 2 GB has its weights in files that begin with its name. */
  private static List<Path> files(OnnxFolder folder) throws IOException {
    String graph = String.valueOf(folder.model().getFileName());
    Path parent = folder.model().toAbsolutePath().getParent();
    List<Path> files = new ArrayList<>();
    try (Stream<Path> beside = Files.list(parent)) {
      beside
          .filter(file -> String.valueOf(file.getFileName()).startsWith(graph))
          .filter(Files::isRegularFile)
          .sorted()
          .forEach(files::add);
    }
    files.add(folder.tokenizer());
    return files;
  }

  private static void add(MessageDigest digest, String text) {
    digest.update(text.getBytes(StandardCharsets.UTF_8));
  }

  private static void add(MessageDigest digest, Path file) throws IOException {
    byte[] piece = new byte[PIECE];
    try (InputStream bytes = Files.newInputStream(file)) {
      for (int n = bytes.read(piece); n >= 0; n = bytes.read(piece)) {
        digest.update(piece, 0, n);
      }
    }
  }
}
