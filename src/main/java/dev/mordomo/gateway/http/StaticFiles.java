package dev.mordomo.gateway.http;

import io.vertx.core.buffer.Buffer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import java.util.zip.GZIPOutputStream;

/**
 * The demo's files from the class path, kept in memory with their ETag and, where it helps, packed.
 * Only names of known types are served, so no directory can be listed.
 */
final class StaticFiles {
  private static final Map<String, String> TYPES =
      Map.ofEntries(
          Map.entry("html", "text/html; charset=utf-8"),
          Map.entry("js", "text/javascript; charset=utf-8"),
          Map.entry("mjs", "text/javascript; charset=utf-8"),
          Map.entry("css", "text/css; charset=utf-8"),
          Map.entry("json", "application/json"),
          Map.entry("yaml", "application/yaml"),
          Map.entry("svg", "image/svg+xml"),
          Map.entry("png", "image/png"),
          Map.entry("ico", "image/x-icon"),
          Map.entry("woff2", "font/woff2"),
          Map.entry("webmanifest", "application/manifest+json"),
          Map.entry("txt", "text/plain; charset=utf-8"),
          Map.entry("mp3", "audio/mpeg"),
          Map.entry("ogg", "audio/ogg"),
          Map.entry("wav", "audio/wav"));
  private static final Set<String> PACKED_ALREADY = Set.of("png", "woff2", "mp3", "ogg", "ico");
  private static final Pattern SAFE = Pattern.compile("(/[A-Za-z0-9_@-][A-Za-z0-9._@-]*)+");
  private static final int ETAG_BYTES = 12;

  private record Kept(Buffer plain, Optional<Buffer> packed, String etag, String type) {}

  private final Map<String, Kept> files = new ConcurrentHashMap<>();

  /**
   * @param folder in the class path, {@code /web-demo}
   * @param path from a request, with its leading slash
   */
  Optional<Answer> find(String folder, String path, Exchange exchange) {
    String name = path.endsWith("/") ? path + "index.html" : path;
    if (!SAFE.matcher(name).matches() || !TYPES.containsKey(extension(name))) {
      return Optional.empty();
    }
    String resource = folder + name;
    Kept kept = files.get(resource);
    if (kept == null) {
      Optional<byte[]> bytes = load(resource);
      if (bytes.isEmpty()) {
        return Optional.empty();
      }
      kept = files.computeIfAbsent(resource, key -> keep(key, bytes.get()));
    }
    return Optional.of(answer(name, kept, exchange));
  }

  private static Answer answer(String name, Kept kept, Exchange exchange) {
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put("Content-Type", kept.type());
    headers.put("ETag", kept.etag());
    headers.put("Vary", "Accept-Encoding");
    // Vendored files carry their version in the path; ours are asked for again, and mostly 304.
    headers.put(
        "Cache-Control",
        name.startsWith("/vendor/") ? "public, max-age=31536000, immutable" : "no-cache");
    if (exchange.header("If-None-Match").map(v -> v.contains(kept.etag())).orElse(false)) {
      return new Answer.Empty(304, headers);
    }
    boolean packs = exchange.header("Accept-Encoding").map(v -> v.contains("gzip")).orElse(false);
    if (packs && kept.packed().isPresent()) {
      headers.put("Content-Encoding", "gzip");
      return new Answer.Bytes(200, headers, kept.packed().get());
    }
    return new Answer.Bytes(200, headers, kept.plain());
  }

  private static Optional<byte[]> load(String resource) {
    try (InputStream in = StaticFiles.class.getResourceAsStream(resource)) {
      return in == null ? Optional.empty() : Optional.of(in.readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + resource + " from the class path", e);
    }
  }

  private static Kept keep(String name, byte[] bytes) {
    String extension = extension(name);
    String type = TYPES.getOrDefault(extension, "application/octet-stream");
    return new Kept(
        Buffer.buffer(bytes),
        PACKED_ALREADY.contains(extension) ? Optional.empty() : Optional.of(pack(bytes)),
        etag(bytes),
        type);
  }

  private static Buffer pack(byte[] bytes) {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
      out.write(bytes);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot pack in memory", e);
    }
    return Buffer.buffer(packed.toByteArray());
  }

  private static String etag(byte[] bytes) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(bytes);
      return '"' + HexFormat.of().formatHex(Arrays.copyOf(digest, ETAG_BYTES)) + '"';
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("SHA-256 is part of every JDK", e);
    }
  }

  private static String extension(String name) {
    return name.substring(name.lastIndexOf('.') + 1);
  }
}
