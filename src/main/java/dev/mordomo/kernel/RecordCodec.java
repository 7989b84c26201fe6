package dev.mordomo.kernel;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.MessageCodec;

/** Carries every record: by reference on one node, as class name and JSON between nodes. */
final class RecordCodec implements MessageCodec<Record, Record> {
  static final String NAME = "mordomo.record";
  private static final String OURS = "dev.mordomo.";

  @Override
  public void encodeToWire(Buffer buffer, Record value) {
    Buffer name = Buffer.buffer(value.getClass().getName());
    Buffer json = Buffer.buffer(Json.write(value));
    buffer.appendInt(name.length()).appendBuffer(name).appendInt(json.length()).appendBuffer(json);
  }

  @Override
  public Record decodeFromWire(int position, Buffer buffer) {
    int at = position;
    int nameLength = buffer.getInt(at);
    at += Integer.BYTES;
    String name = buffer.getString(at, at + nameLength);
    at += nameLength;
    int jsonLength = buffer.getInt(at);
    at += Integer.BYTES;
    String json = buffer.getString(at, at + jsonLength);
    if (!name.startsWith(OURS)) {
      throw new IllegalArgumentException("refused on the bus: " + name);
    }
    try {
      return Json.read(json, Class.forName(name).asSubclass(Record.class));
    } catch (ClassNotFoundException e) {
      throw new IllegalArgumentException("another node speaks of a type unknown here: " + name, e);
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
