package dev.mordomo.model.embedded;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The native library of the tokenizers, which unpacks itself when its classes load. */
public final class TokenizerLibrary {
  private TokenizerLibrary() {}

  /**
   * To be called before a tokenizer is made: the library is unpacked into a folder of ours, and
   * nothing is ever fetched.
   *
   * @return the folder, made if it was missing
   */
  public static Path unpackInto(Path nativeCache) throws IOException {
    Path folder = Files.createDirectories(nativeCache).toAbsolutePath();
    // Read once, when the tokenizer's classes load.
    System.setProperty("DJL_CACHE_DIR", folder.toString());
    System.setProperty("ai.djl.offline", "true");
    System.setProperty("RUST_FLAVOR", "cpu");
    return folder;
  }
}
