package dev.mordomo.knowledge;

import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.FailureCode;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.S3Object;

/** Originals in a bucket of Amazon S3, or of a server that speaks as it does. */
final class S3FileStore implements FileStore {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final S3Client s3;
  private final String bucket;
  private final String prefix;

  S3FileStore(FileStoreConfig.S3 config) {
    this.bucket = config.bucket();
    this.prefix = config.prefix();
    S3ClientBuilder builder =
        S3Client.builder()
            .region(Region.of(config.region()))
            .forcePathStyle(config.endpoint().isPresent())
            // Many servers that speak S3 know neither chunked signatures nor trailing checksums.
            .serviceConfiguration(c -> c.chunkedEncodingEnabled(false))
            .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
            .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
            .httpClientBuilder(
                UrlConnectionHttpClient.builder()
                    .connectionTimeout(Duration.ofSeconds(10))
                    .socketTimeout(PATIENCE));
    config.endpoint().ifPresent(builder::endpointOverride);
    if (config.accessKey().isPresent() && config.secretKey().isPresent()) {
      builder.credentialsProvider(
          StaticCredentialsProvider.create(
              AwsBasicCredentials.create(
                  config.accessKey().orElseThrow(), config.secretKey().orElseThrow())));
    }
    this.s3 = builder.build();
  }

  @Override
  public void put(String key, Buffer bytes) {
    if (!exists(key)) {
      replace(key, bytes);
    }
  }

  @Override
  public void replace(String key, Buffer bytes) {
    told(
        "stored",
        () ->
            s3.putObject(
                r -> r.bucket(bucket).key(prefix + key), RequestBody.fromBytes(bytes.getBytes())));
  }

  @Override
  public Optional<Buffer> get(String key) {
    return told(
        "read",
        () -> {
          try {
            return Optional.of(
                Buffer.buffer(
                    s3.getObjectAsBytes(r -> r.bucket(bucket).key(prefix + key)).asByteArray()));
          } catch (NoSuchKeyException gone) {
            return Optional.empty();
          }
        });
  }

  @Override
  public boolean exists(String key) {
    return told(
        "looked for",
        () -> {
          try {
            s3.headObject(r -> r.bucket(bucket).key(prefix + key));
            return true;
          } catch (NoSuchKeyException gone) {
            return false;
          }
        });
  }

  @Override
  public void delete(String key) {
    told("deleted", () -> s3.deleteObject(r -> r.bucket(bucket).key(prefix + key)));
  }

  @Override
  public void eachBefore(Instant time, Consumer<String> seen) {
    told(
        "listed",
        () -> {
          for (S3Object object :
              s3.listObjectsV2Paginator(r -> r.bucket(bucket).prefix(prefix)).contents()) {
            if (object.lastModified().isBefore(time)) {
              seen.accept(object.key().substring(prefix.length()));
            }
          }
          return true;
        });
  }

  @Override
  public void eachUnder(String folder, Consumer<String> seen) {
    told(
        "listed",
        () -> {
          for (S3Object object :
              s3.listObjectsV2Paginator(r -> r.bucket(bucket).prefix(prefix + folder)).contents()) {
            seen.accept(object.key().substring(prefix.length()));
          }
          return true;
        });
  }

  @Override
  public void close() {
    s3.close();
  }

  private static <T> T told(String what, Supplier<T> work) {
    try {
      return work.get();
    } catch (SdkException e) {
      throw Failure.of(FailureCode.UNAVAILABLE, "the file could not be " + what + "; try again", e);
    }
  }
}
