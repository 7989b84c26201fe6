package dev.mordomo.model.embedded;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The forms of irregular verbs and of the verbs made from them by a prefix. */
final class IrregularForms {

  /**
   * A form with its accents, and its infinitive without them.
   *
   * @param usual whether the form is nearly always this verb's, whatever else is spelt like it;
   *     marked by ! in the table
   */
  record Form(String form, String lemma, boolean usual) {}

  private final Map<String, List<Form>> forms = new HashMap<>();

  private IrregularForms() {}

  static IrregularForms load(String language) {
    IrregularForms irregular = new IrregularForms();
    TextTable.read(
        "/lexicon/" + language + "-irregular.tsv",
        row -> {
          String[] verbForms = row[2].split(" ");
          irregular.add("", row[0], verbForms);
          if (!row[1].equals("-")) {
            for (String prefix : row[1].split(" ")) {
              irregular.add(prefix, row[0], verbForms);
            }
          }
        });
    return irregular;
  }

  private void add(String prefix, String verb, String[] verbForms) {
    String lemma = Letters.fold(prefix + verb);
    for (String marked : verbForms) {
      String form = marked.replace("!", "");
      boolean usual = marked.startsWith("!") && prefix.isEmpty();
      forms
          .computeIfAbsent(Letters.fold(prefix + form), key -> new ArrayList<>(1))
          .add(new Form(prefix + form, lemma, usual));
    }
  }

  /** The forms that are spelt like this one but for accents. */
  List<Form> of(String folded) {
    return forms.getOrDefault(folded, List.of());
  }
}
