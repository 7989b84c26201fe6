package dev.mordomo.kernel;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.MessageCodec;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Carries every record: by reference on one node; between nodes as class name and JSON, with an
 * HMAC-SHA256 (RFC 2104) before them, so that only who has the installation's secret is heard.
 */
final class RecordCodec implements MessageCodec<Record, Record> {
  static final String NAME = "mordomo.record";
  private static final String OURS = "dev.mordomo.";
  private static final String ALGORITHM = "HmacSHA256";
  private static final int MAC_BYTES = 32;

  private final Optional<SecretKeySpec> key;

  private RecordCodec(Optional<SecretKeySpec> key) {
    this.key = key;
  }

  static RecordCodec under(Secret secret) {
    return new RecordCodec(Optional.of(new SecretKeySpec(secret.derive("bus"), ALGORITHM)));
  }

  static RecordCodec ofOneNode() {
    return new RecordCodec(Optional.empty());
  }

  @Override
  public void encodeToWire(Buffer buffer, Record value) {
    Buffer name = Buffer.buffer(value.getClass().getName());
    Buffer body = Buffer.buffer().appendInt(name.length()).appendBuffer(name);
    body.appendString(Json.write(value));
    buffer
        .appendInt(MAC_BYTES + body.length())
        .appendBytes(mac(body.getBytes()))
        .appendBuffer(body);
  }

  @Override
  public Record decodeFromWire(int position, Buffer buffer) {
    int at = position + Integer.BYTES;
    int end = at + buffer.getInt(position);
    byte[] mac = buffer.getBytes(at, at + MAC_BYTES);
    at += MAC_BYTES;
    if (!MessageDigest.isEqual(mac, mac(buffer.getBytes(at, end)))) {
      throw new IllegalArgumentException(
          "refused on the bus: a message of a node with another MORDOMO_SECRET");
    }
    int nameEnd = at + Integer.BYTES + buffer.getInt(at);
    String name = buffer.getString(at + Integer.BYTES, nameEnd);
    if (!name.startsWith(OURS)) {
      throw new IllegalArgumentException("refused on the bus: " + name);
    }
    try {
      return Json.read(
          buffer.getString(nameEnd, end), Class.forName(name).asSubclass(Record.class));
    } catch (ClassNotFoundException e) {
      throw new IllegalArgumentException("another node speaks of a type unknown here: " + name, e);
    }
  }

  private byte[] mac(byte[] body) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(
          key.orElseThrow(() -> new IllegalStateException("a bus of one node has no other one")));
      return mac.doFinal(body);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("HMAC-SHA256 is part of every JDK", e);
    }
  }

  @Override
  public Record transform(Record value) {
    return value;
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public byte systemCodecID() {
    return -1;
  }
}
