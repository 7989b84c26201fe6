package dev.mordomo.gateway.http;

import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.FailureCode;
import io.vertx.core.Context;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerFileUpload;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Streams the one {@code file} of a form to a temporary file, within a limit. */
final class UploadReader {
  private final long most;
  private final Context work;
  private final Promise<Void> whole = Promise.promise();
  private volatile @Nullable Part part;

  /** The file as far as it has come. */
  private static final class Part {
    final Promise<Void> whole = Promise.promise();
    final Path path;
    final OutputStream out;
    final MessageDigest digest;
    final String name;
    final String mediaType;
    long size;

    Part(HttpServerFileUpload upload) throws IOException {
      path = Files.createTempFile("mordomo-upload-", ".part");
      out = Files.newOutputStream(path);
      digest = sha256();
      name = Optional.ofNullable(upload.filename()).orElse("");
      mediaType = Optional.ofNullable(upload.contentType()).orElse("");
    }

    void add(Buffer bytes) throws IOException {
      byte[] array = bytes.getBytes();
      size += array.length;
      digest.update(array);
      out.write(array);
    }

    void drop() throws IOException {
      out.close();
      Files.deleteIfExists(path);
    }
  }

  /**
   * @param work where files may be written
   */
  UploadReader(long most, Context work) {
    this.most = most;
    this.work = work;
  }

  RequestBody read(HttpServerRequest request) {
    request.setExpectMultipart(true);
    request.exceptionHandler(e ->
        whole.tryFail(
            Failure.of(FailureCode.MALFORMED, "the form cannot be read: " + e.getMessage(), e)));
    request.uploadHandler(this::receive);
    request.endHandler(end -> ended());
    request.resume();
    try {
      dev.mordomo.kernel.Database.await(whole.future());
      Part received = part;
      if (received == null) {
        throw Failure.invalid("file", "required: a part of the form with a file name");
      }
      received.out.close();
      return new RequestBody.Form(
          new Upload(
              received.path,
              received.name,
              received.mediaType,
              received.size,
              HexFormat.of().formatHex(received.digest.digest()),
              attributes(request)));
    } catch (IOException e) {
      drop();
      throw new UncheckedIOException("cannot write an uploaded file", e);
    } catch (Failure e) {
      drop();
      throw e;
    }
  }

  /** The request's bytes have come; the file's may still be on their way to the disk. */
  private void ended() {
    Part received = part;
    if (received == null) {
      whole.tryComplete();
    } else {
      received.whole.future().onComplete(done -> whole.tryComplete());
    }
  }

  private void receive(HttpServerFileUpload upload) {
    if (part != null || !"file".equals(upload.name())) {
      whole.tryFail(Failure.invalid("file", "expected exactly one file, in the field file"));
      return;
    }
    try {
      Part receiving = new Part(upload);
      part = receiving;
      upload.handler(bytes -> {
        // One piece at a time: what the disk does not take yet, the client keeps.
        upload.pause();
        work.runOnContext(ignored -> {
          write(receiving, bytes);
          upload.resume();
        });
      });
      // Behind the writes that wait on the same context.
      upload.endHandler(end -> work.runOnContext(ignored -> receiving.whole.tryComplete()));
      upload.exceptionHandler(
          e -> whole.tryFail(Failure.of(FailureCode.MALFORMED, "the upload broke off", e)));
    } catch (IOException e) {
      whole.tryFail(
          Failure.of(FailureCode.UNAVAILABLE, "the file cannot be stored now; try again", e));
    }
  }

  private void write(Part receiving, Buffer bytes) {
    if (whole.future().isComplete()) {
      return;
    }
    if (receiving.size + bytes.length() > most) {
      whole.tryFail(BodyReader.tooLarge(most));
      return;
    }
    try {
      receiving.add(bytes);
    } catch (IOException e) {
      whole.tryFail(
          Failure.of(FailureCode.UNAVAILABLE, "the file cannot be stored now; try again", e));
    }
  }

  private void drop() {
    Part received = part;
    if (received != null) {
      try {
        received.drop();
      } catch (IOException e) {
        org.slf4j.LoggerFactory.getLogger(UploadReader.class)
            .warn("a broken upload stays in {}; delete it", received.path, e);
      }
    }
  }

  private static Map<String, String> attributes(HttpServerRequest request) {
    Map<String, String> fields = new LinkedHashMap<>();
    request.formAttributes().forEach(e -> fields.put(e.getKey(), e.getValue()));
    return Map.copyOf(fields);
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("SHA-256 is part of every JDK", e);
    }
  }
}
