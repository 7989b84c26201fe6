package dev.mordomo.knowledge;

import static dev.mordomo.knowledge.TestKnowledge.refused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mordomo.NpmServer;
import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.FailureCode;
import dev.mordomo.kernel.Secret;
import dev.mordomo.kernel.Settings;
import io.vertx.core.buffer.Buffer;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Against a real server that speaks S3. */
class S3FileStoreTest extends FileStoreContract {
  private static final String KEY = "S3RVER";
  @TempDir static Path folder;
  private static NpmServer server;
  private static FileStore store;

  @BeforeAll
  static void open() {
    server =
        new NpmServer(
            "s3rver",
            port ->
                List.of(
                    "--directory",
                    folder.toString(),
                    "--address",
                    "127.0.0.1",
                    "--port",
                    String.valueOf(port),
                    "--configure-bucket",
                    "originals"),
            folder);
    store = open("originals", KEY);
  }

  private static FileStore open(String bucket, String accessKey) {
    return settings(bucket, server.url(), accessKey)
        .open(folder, Secret.of("a secret of thirty-two characters"));
  }

  private static FileStoreConfig settings(String bucket, String endpoint, String accessKey) {
    Map<String, String> values =
        new HashMap<>(
            Map.of(
                "files.store",
                "s3",
                "files.s3_bucket",
                bucket,
                "files.s3_endpoint",
                endpoint,
                "files.s3_prefix",
                "/house/"));
    Settings settings =
        Settings.of(values, Map.of("AWS_ACCESS_KEY_ID", accessKey, "AWS_SECRET_ACCESS_KEY", KEY));
    FileStoreConfig config = FileStoreConfig.from(settings);
    settings.verify();
    return config;
  }

  @AfterAll
  static void close() {
    store.close();
    server.close();
  }

  @Override
  FileStore store() {
    return store;
  }

  @Test
  void aKeyThatNobodyHasOrABucketThatIsNotThereIsTold() {
    try (FileStore stranger = open("originals", "NOBODY");
        FileStore nowhere = open("elsewhere", KEY)) {
      refused(FailureCode.UNAVAILABLE, () -> stranger.put("a/b", Buffer.buffer("x")));
      refused(FailureCode.UNAVAILABLE, () -> nowhere.put("a/b", Buffer.buffer("x")));
    }
  }

  @Test
  void wrongSettingsAreNamedAndSecretsAreNotTold() {
    Failure bucket = assertThrows(Failure.class, () -> settings("", server.url(), KEY));
    assertTrue(bucket.detail().contains("files.s3_bucket"), bucket.detail());
    Failure endpoint = assertThrows(Failure.class, () -> settings("b", "s3.local", KEY));
    assertTrue(endpoint.detail().contains("files.s3_endpoint"), endpoint.detail());
    String told = String.valueOf(settings("b", server.url(), "geheim").s3().orElseThrow());
    assertEquals("S3[b/house/]", told);
  }
}
