package dev.mordomo.model.onnx;

import ai.djl.huggingface.tokenizers.Encoding;
import java.util.ArrayList;
import java.util.List;

/** A text's tokens in parts that a model can read, none beginning within a word. */
final class TokenWindows {
  /** One part, with the marks around it. */
  static final class Window {
    private final long[] ids;
    private final long[] types;
    private final int weight;

    private Window(long[] ids, long[] types, int weight) {
      this.ids = ids;
      this.types = types;
      this.weight = weight;
    }

    long[] ids() {
      return ids;
    }

    long[] types() {
      return types;
    }

    /** How many tokens of the text itself it holds, at least 1. */
    int weight() {
      return weight;
    }
  }

  private TokenWindows() {}

  /** Each with the marks that the tokenizer puts at the start and the end. */
  static List<Window> of(Encoding encoding, int most) {
    long[] ids = encoding.getIds();
    long[] types = encoding.getTypeIds();
    long[] marks = encoding.getSpecialTokenMask();
    int first = 0;
    while (first < ids.length && marks[first] == 1) {
      first++;
    }
    int last = ids.length;
    while (last > first && marks[last - 1] == 1) {
      last--;
    }
    if (ids.length <= most) {
      return List.of(new Window(ids, types, Math.max(1, last - first)));
    }
    long[] words = encoding.getWordIds();
    int room = Math.max(1, most - first - (ids.length - last));
    List<Window> windows = new ArrayList<>();
    int from = first;
    while (from < last) {
      int to = Math.min(from + room, last);
      int cut = to;
      while (cut < last && cut > from && words[cut] == words[cut - 1]) {
        cut--;
      }
      to = cut > from ? cut : to;
      windows.add(window(ids, types, first, from, to, last));
      from = to;
    }
    return windows;
  }

  private static Window window(long[] ids, long[] types, int first, int from, int to, int last) {
    int tail = ids.length - last;
    long[] part = new long[first + to - from + tail];
    long[] kinds = new long[part.length];
    copy(ids, part, first, from, to, last);
    copy(types, kinds, first, from, to, last);
    return new Window(part, kinds, to - from);
  }

  private static void copy(long[] all, long[] part, int first, int from, int to, int last) {
    System.arraycopy(all, 0, part, 0, first);
    System.arraycopy(all, from, part, first, to - from);
    System.arraycopy(all, last, part, first + to - from, all.length - last);
  }
}
