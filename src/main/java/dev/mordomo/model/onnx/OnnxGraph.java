package dev.mordomo.model.onnx;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import dev.mordomo.kernel.Failure;
import java.io.IOException;
import java.io.InputStream;
import java.nio.LongBuffer;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A transformer's graph with its tokenizer. Thread-safe; runs on the caller's thread. */
final class OnnxGraph implements AutoCloseable {
  private static final String IDS = "input_ids";
  private static final Set<String> INPUTS = Set.of(IDS, "attention_mask", "token_type_ids");

  private final OrtEnvironment environment = OrtEnvironment.getEnvironment();
  private final OrtSession session;
  private final HuggingFaceTokenizer tokenizer;
  private final String output;

  /** A tensor of floats. */
  static final class Floats {
    private final long[] shape;
    private final float[] values;

    private Floats(long[] shape, float[] values) {
      this.shape = shape;
      this.values = values;
    }

    long[] shape() {
      return shape;
    }

    float[] values() {
      return values;
    }
  }

  private OnnxGraph(OrtSession session, HuggingFaceTokenizer tokenizer, String output) {
    this.session = session;
    this.tokenizer = tokenizer;
    this.output = output;
  }

  /**
   * @param setting that names the folder, for what is wrong with it
   * @param truncation the tokenizer's own options of that name
   * @param outputs names of the output that is wanted, best first; else the graph's first
   */
  static OnnxGraph open(
      String setting, OnnxFolder folder, Map<String, String> truncation, List<String> outputs) {
    Map<String, String> options = new HashMap<>(truncation);
    options.put("padding", "false");
    try (InputStream json = Files.newInputStream(folder.tokenizer())) {
      OrtSession session = session(folder);
      try {
        String output = checked(setting, session, outputs);
        return new OnnxGraph(session, HuggingFaceTokenizer.newInstance(json, options), output);
      } catch (RuntimeException | OrtException | IOException e) {
        session.close();
        throw e;
      }
    } catch (Failure e) {
      throw e;
    } catch (IOException | OrtException | RuntimeException e) {
      throw Failure.invalid(
          setting, "the model in " + folder.model().getParent() + " cannot be loaded: " + why(e));
    }
  }

  private static String why(Exception e) {
    String message = String.valueOf(e.getMessage());
    return message.substring(0, Math.min(200, message.length()));
  }

  /** From the file, which may have its weights beside it; without an arena, as MiniLM. */
  private static OrtSession session(OnnxFolder folder) throws OrtException {
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      options.setIntraOpNumThreads(1);
      options.setInterOpNumThreads(1);
      options.setCPUArenaAllocator(false);
      options.setMemoryPatternOptimization(false);
      return OrtEnvironment.getEnvironment().createSession(folder.model().toString(), options);
    }
  }

  private static String checked(String setting, OrtSession session, List<String> outputs)
      throws OrtException {
    for (Map.Entry<String, NodeInfo> input : session.getInputInfo().entrySet()) {
      boolean isLong =
          input.getValue().getInfo() instanceof TensorInfo info && info.type == OnnxJavaType.INT64;
      if (!INPUTS.contains(input.getKey()) || !isLong) {
        throw Failure.invalid(
            setting,
            "the model wants the input "
                + input.getKey()
                + "; those that can be given are input_ids, attention_mask and token_type_ids, of"
                + " 64-bit integers");
      }
    }
    if (!session.getInputNames().contains(IDS)) {
      throw Failure.invalid(setting, "the model takes no " + IDS);
    }
    return outputs.stream()
        .filter(session.getOutputNames()::contains)
        .findFirst()
        .orElseGet(() -> session.getOutputNames().iterator().next());
  }

  HuggingFaceTokenizer tokenizer() {
    return tokenizer;
  }

  /** One text, alone. */
  Floats run(long[] ids, long[] types) throws OrtException {
    long[] shape = {1, ids.length};
    long[] ones = new long[ids.length];
    Arrays.fill(ones, 1);
    Map<String, OnnxTensor> inputs = new HashMap<>();
    try {
      for (String name : session.getInputNames()) {
        long[] values =
            switch (name) {
              case IDS -> ids;
              case "attention_mask" -> ones;
              default -> types;
            };
        inputs.put(name, OnnxTensor.createTensor(environment, LongBuffer.wrap(values), shape));
      }
      try (OrtSession.Result result = session.run(inputs, Set.of(output))) {
        if (!(result.get(0) instanceof OnnxTensor tensor)
            || tensor.getInfo().type != OnnxJavaType.FLOAT) {
          throw new OrtException("the output " + output + " is no tensor of floats");
        }
        float[] values = new float[tensor.getFloatBuffer().remaining()];
        tensor.getFloatBuffer().get(values);
        return new Floats(tensor.getInfo().getShape(), values);
      }
    } finally {
      inputs.values().forEach(OnnxTensor::close);
    }
  }

  @Override
  public void close() {
    tokenizer.close();
    try {
      session.close();
    } catch (OrtException e) {
      throw new IllegalStateException(e);
    }
  }
}
