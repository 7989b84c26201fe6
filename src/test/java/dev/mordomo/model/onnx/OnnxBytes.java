package dev.mordomo.model.onnx;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Writes the protobuf of an ONNX graph (onnx.proto, ir_version 8, opset 13), as much of it as small
 * test models need.
 */
final class OnnxBytes {
  private static final int FLOAT = 1;
  private static final int INT64 = 7;

  private final ByteArrayOutputStream graph = new ByteArrayOutputStream();

  private static void varint(ByteArrayOutputStream out, long value) {
    long rest = value;
    while ((rest & ~0x7fL) != 0) {
      out.write((int) ((rest & 0x7f) | 0x80));
      rest >>>= 7;
    }
    out.write((int) rest);
  }

  private static void number(ByteArrayOutputStream out, int field, long value) {
    varint(out, (long) field << 3);
    varint(out, value);
  }

  private static void bytes(ByteArrayOutputStream out, int field, byte[] value) {
    varint(out, ((long) field << 3) | 2);
    varint(out, value.length);
    out.writeBytes(value);
  }

  private static void text(ByteArrayOutputStream out, int field, String value) {
    bytes(out, field, value.getBytes(StandardCharsets.UTF_8));
  }

  /** An operation with integer attributes. */
  OnnxBytes node(String type, List<String> inputs, String output, Object... attributes) {
    ByteArrayOutputStream node = new ByteArrayOutputStream();
    inputs.forEach(input -> text(node, 1, input));
    text(node, 2, output);
    text(node, 4, type);
    for (int i = 0; i < attributes.length; i += 2) {
      ByteArrayOutputStream attribute = new ByteArrayOutputStream();
      text(attribute, 1, String.valueOf(attributes[i]));
      number(attribute, 3, ((Number) attributes[i + 1]).longValue());
      number(attribute, 20, 2);
      bytes(node, 5, attribute.toByteArray());
    }
    bytes(graph, 1, node.toByteArray());
    return this;
  }

  OnnxBytes floats(String name, float[] values, long... shape) {
    ByteBuffer raw = ByteBuffer.allocate(values.length * 4).order(ByteOrder.LITTLE_ENDIAN);
    for (float value : values) {
      raw.putFloat(value);
    }
    return constant(name, FLOAT, raw.array(), shape);
  }

  OnnxBytes longs(String name, long[] values) {
    ByteBuffer raw = ByteBuffer.allocate(values.length * 8).order(ByteOrder.LITTLE_ENDIAN);
    for (long value : values) {
      raw.putLong(value);
    }
    return constant(name, INT64, raw.array(), values.length);
  }

  private OnnxBytes constant(String name, int type, byte[] raw, long... shape) {
    ByteArrayOutputStream tensor = new ByteArrayOutputStream();
    for (long length : shape) {
      number(tensor, 1, length);
    }
    number(tensor, 2, type);
    text(tensor, 8, name);
    bytes(tensor, 9, raw);
    bytes(graph, 5, tensor.toByteArray());
    return this;
  }

  /** Of 64-bit integers, one text of any length. */
  OnnxBytes input(String name) {
    bytes(graph, 11, value(name, INT64, "batch", "length"));
    return this;
  }

  /** Of floats. */
  OnnxBytes output(String name, String... dimensions) {
    bytes(graph, 12, value(name, FLOAT, dimensions));
    return this;
  }

  private static byte[] value(String name, int type, String... dimensions) {
    ByteArrayOutputStream shape = new ByteArrayOutputStream();
    for (String dimension : dimensions) {
      ByteArrayOutputStream one = new ByteArrayOutputStream();
      text(one, 2, dimension);
      bytes(shape, 1, one.toByteArray());
    }
    ByteArrayOutputStream tensor = new ByteArrayOutputStream();
    number(tensor, 1, type);
    bytes(tensor, 2, shape.toByteArray());
    ByteArrayOutputStream kind = new ByteArrayOutputStream();
    bytes(kind, 1, tensor.toByteArray());
    ByteArrayOutputStream value = new ByteArrayOutputStream();
    text(value, 1, name);
    bytes(value, 2, kind.toByteArray());
    return value.toByteArray();
  }

  byte[] model() {
    ByteArrayOutputStream named = new ByteArrayOutputStream();
    named.writeBytes(graph.toByteArray());
    text(named, 2, "test");
    ByteArrayOutputStream opset = new ByteArrayOutputStream();
    text(opset, 1, "");
    number(opset, 2, 13);
    ByteArrayOutputStream model = new ByteArrayOutputStream();
    number(model, 1, 8);
    bytes(model, 7, named.toByteArray());
    bytes(model, 8, opset.toByteArray());
    return model.toByteArray();
  }
}
