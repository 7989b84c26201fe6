package dev.mordomo.knowledge;

import dev.mordomo.kernel.Secret;
import dev.mordomo.kernel.Settings;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The settings under {@code files}: where originals are kept.
 *
 * @param s3 empty: in a folder
 */
public record FileStoreConfig(Optional<S3> s3) {
  /** In a folder. */
  public static final FileStoreConfig FOLDER = new FileStoreConfig(Optional.empty());

  /**
   * @param endpoint empty for Amazon's own
   * @param prefix put before every key, "" or with a slash at its end
   * @param accessKey with its secret; empty: found as Amazon's tools find them
   */
  public record S3(
      Optional<URI> endpoint,
      String region,
      String bucket,
      String prefix,
      Optional<String> accessKey,
      Optional<String> secretKey) {
    @Override
    public String toString() {
      return "S3[" + bucket + "/" + prefix + "]";
    }
  }

  /** The secrets come from {@code AWS_ACCESS_KEY_ID} and {@code AWS_SECRET_ACCESS_KEY}. */
  public static FileStoreConfig from(Settings settings) {
    String store = settings.text("files.store", "folder");
    if (!List.of("folder", "s3").contains(store)) {
      store = settings.wrong("files.store", store, "folder or s3", "folder");
    }
    Optional<URI> endpoint = settings.text("files.s3_endpoint").flatMap(u -> uri(settings, u));
    String region = settings.text("files.s3_region", "us-east-1");
    String bucket = settings.text("files.s3_bucket", "");
    String prefix = settings.text("files.s3_prefix", "").replaceAll("^/+|/+$", "");
    if (store.equals("folder")) {
      return FOLDER;
    }
    if (bucket.isEmpty()) {
      settings.wrong("files.s3_bucket", "", "the name of a bucket, since files.store is s3", "");
    }
    return new FileStoreConfig(
        Optional.of(
            new S3(
                endpoint,
                region,
                bucket,
                prefix.isEmpty() ? "" : prefix + "/",
                settings.variable("AWS_ACCESS_KEY_ID"),
                settings.variable("AWS_SECRET_ACCESS_KEY"))));
  }

  private static Optional<URI> uri(Settings settings, String text) {
    try {
      URI uri = new URI(text);
      if (List.of("http", "https").contains(String.valueOf(uri.getScheme()))) {
        return Optional.of(uri);
      }
    } catch (URISyntaxException e) {
      // Told below.
    }
    return settings.wrong(
        "files.s3_endpoint", text, "a URL such as https://s3.example.org", Optional.empty());
  }

  /**
   * @param folder where originals are kept when they are in a folder
   * @param secret under which those are sealed that are to be
   */
  public FileStore open(Path folder, Secret secret) {
    FileStore store =
        s3.map(bucket -> (FileStore) new S3FileStore(bucket))
            .orElseGet(() -> new FolderFileStore(folder));
    return new SealingFileStore(store, secret);
  }
}
