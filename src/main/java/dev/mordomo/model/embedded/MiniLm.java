package dev.mordomo.model.embedded;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.io.IOException;
import java.io.InputStream;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The quantized all-MiniLM-L6-v2, run by ONNX Runtime in this process. Thread-safe.
 *
 * <p>One text a run: the model is quantized dynamically, with one scale a tensor, so a text's
 * vector would change with its neighbours in a batch (cosine 0.985 to 0.994, measured), and on one
 * thread a batch is no faster. Texts of more than 256 word pieces, which is the length the model
 * was made for, are split between words, and their vectors averaged by length.
 */
public final class MiniLm implements AutoCloseable {

  /** The length of every vector. */
  public static final int DIMENSIONS = 384;

  private static final String MODEL = "/all-minilm-l6-v2-q.onnx";
  private static final String TOKENIZER = "/all-minilm-l6-v2-q-tokenizer.json";
  private static final int WINDOW = 256;

  private final OrtEnvironment environment = OrtEnvironment.getEnvironment();
  private final OrtSession session;
  private final HuggingFaceTokenizer tokenizer;

  private MiniLm(OrtSession session, HuggingFaceTokenizer tokenizer) {
    this.session = session;
    this.tokenizer = tokenizer;
  }

  /**
   * Loads the bundled model, some 300 ms.
   *
   * @param nativeCache a folder of ours for the unpacked model and tokenizer library; made if
   *     missing
   */
  public static MiniLm load(Path nativeCache) throws IOException, OrtException {
    Path folder = TokenizerLibrary.unpackInto(nativeCache);
    Path model = folder.resolve("all-minilm-l6-v2-q.onnx");
    unpack(MODEL, model);
    try (InputStream json = resource(TOKENIZER)) {
      HuggingFaceTokenizer tokenizer =
          HuggingFaceTokenizer.newInstance(json, Map.of("padding", "false", "truncation", "false"));
      return new MiniLm(session(model), tokenizer);
    }
  }

  /** From a file and without an arena, so that memory goes back to the system. */
  private static OrtSession session(Path model) throws OrtException {
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      options.setIntraOpNumThreads(1);
      options.setInterOpNumThreads(1);
      options.setCPUArenaAllocator(false);
      options.setMemoryPatternOptimization(false);
      return OrtEnvironment.getEnvironment().createSession(model.toString(), options);
    }
  }

  private static void unpack(String resource, Path file) throws IOException {
    try (InputStream in = resource(resource)) {
      int size = in.available();
      if (!Files.exists(file) || Files.size(file) != size) {
        Path part = Files.createTempFile(file.getParent(), "model", ".part");
        Files.copy(in, part, StandardCopyOption.REPLACE_EXISTING);
        Files.move(part, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
      }
    }
  }

  private static InputStream resource(String name) {
    return Objects.requireNonNull(MiniLm.class.getResourceAsStream(name), name);
  }

  /** The L2-normalised vector of an English text; runs on the caller's thread. */
  public float[] embed(String text) throws OrtException {
    Encoding encoding = tokenizer.encode(text, true, false);
    long[] ids = encoding.getIds();
    if (ids.length <= WINDOW) {
      return normalised(pooled(ids));
    }
    float[] sum = new float[DIMENSIONS];
    for (long[] window : windows(ids, encoding.getTokens())) {
      float[] vector = normalised(pooled(window));
      for (int i = 0; i < DIMENSIONS; i++) {
        sum[i] += vector[i] * (window.length - 2);
      }
    }
    return normalised(sum);
  }

  /** Parts of at most 256 ids, each with its own start and end mark, none beginning in a word. */
  private static List<long[]> windows(long[] ids, String[] tokens) {
    List<long[]> windows = new ArrayList<>();
    int last = ids.length - 1;
    int from = 1;
    while (from < last) {
      int to = Math.min(from + WINDOW - 2, last);
      int cut = to;
      while (cut < last && cut > from && tokens[cut].startsWith("##")) {
        cut--;
      }
      to = cut > from ? cut : to;
      long[] window = new long[to - from + 2];
      System.arraycopy(ids, from, window, 1, to - from);
      window[0] = ids[0];
      window[window.length - 1] = ids[last];
      windows.add(window);
      from = to;
    }
    return windows;
  }

  /** The mean over all positions of the last layer. */
  private float[] pooled(long[] ids) throws OrtException {
    long[] shape = {1, ids.length};
    long[] ones = new long[ids.length];
    Arrays.fill(ones, 1);
    try (OnnxTensor input = OnnxTensor.createTensor(environment, LongBuffer.wrap(ids), shape);
        OnnxTensor mask = OnnxTensor.createTensor(environment, LongBuffer.wrap(ones), shape);
        OnnxTensor types =
            OnnxTensor.createTensor(environment, LongBuffer.wrap(new long[ids.length]), shape);
        OrtSession.Result result =
            session.run(
                Map.of("input_ids", input, "attention_mask", mask, "token_type_ids", types))) {
      FloatBuffer states = ((OnnxTensor) result.get(0)).getFloatBuffer();
      float[] mean = new float[DIMENSIONS];
      for (int position = 0; position < ids.length; position++) {
        for (int i = 0; i < DIMENSIONS; i++) {
          mean[i] += states.get() / ids.length;
        }
      }
      return mean;
    }
  }

  private static float[] normalised(float[] vector) {
    double square = 0;
    for (float value : vector) {
      square += (double) value * value;
    }
    float length = (float) Math.sqrt(square);
    for (int i = 0; i < vector.length; i++) {
      vector[i] /= length;
    }
    return vector;
  }

  @Override
  public void close() throws OrtException {
    tokenizer.close();
    session.close();
  }
}
