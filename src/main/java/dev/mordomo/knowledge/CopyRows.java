package dev.mordomo.knowledge;

import com.pgvector.PGvector;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.UUID;

/** Rows in PostgreSQL's binary COPY format (its manual, COPY, "Binary Format"). */
final class CopyRows {
  private static final byte[] SIGNATURE = {'P', 'G', 'C', 'O', 'P', 'Y', '\n', -1, '\r', '\n', 0};

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final DataOutputStream out = new DataOutputStream(bytes);

  CopyRows() {
    write(() -> {
      out.write(SIGNATURE);
      out.writeInt(0);
      out.writeInt(0);
    });
  }

  /** To be followed by so many fields. */
  CopyRows row(int fields) {
    return write(() -> out.writeShort(fields));
  }

  CopyRows uuid(UUID id) {
    return write(() -> {
      out.writeInt(16);
      out.writeLong(id.getMostSignificantBits());
      out.writeLong(id.getLeastSignificantBits());
    });
  }

  CopyRows text(String text) {
    return bytes(text.getBytes(StandardCharsets.UTF_8));
  }

  CopyRows vector(float[] values) {
    PGvector vector = new PGvector(values);
    byte[] field = new byte[vector.lengthInBytes()];
    vector.toBytes(field, 0);
    return bytes(field);
  }

  CopyRows bytes(byte[] field) {
    return write(() -> {
      out.writeInt(field.length);
      out.write(field);
    });
  }

  /** All of them, with the end mark. */
  InputStream finish() {
    write(() -> out.writeShort(-1));
    return new ByteArrayInputStream(bytes.toByteArray());
  }

  private interface Writing {
    void write() throws IOException;
  }

  private CopyRows write(Writing writing) {
    try {
      writing.write();
      return this;
    } catch (IOException impossible) {
      throw new UncheckedIOException("memory takes everything", impossible);
    }
  }
}
