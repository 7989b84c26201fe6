package dev.mordomo.model.embedded;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** One half of the evaluation set, embedded once, and what it measures. */
final class EvaluationSet {
  static final List<String> LANGUAGES = List.of("en", "pt", "es");

  /** Turns a text in a language into its vector. */
  interface Embedder {
    float[] embed(String text);
  }

  private final List<String[]> items;
  private final List<String[]> paraphrases;
  private final List<String[]> noAnswer;
  private final Embedder embedder;
  private final Map<String, float[]> vectors = new HashMap<>();

  private EvaluationSet(Path folder, Embedder embedder) throws IOException {
    this.items = rows(folder.resolve("items.tsv"));
    this.paraphrases = rows(folder.resolve("paraphrases.tsv"));
    this.noAnswer = rows(folder.resolve("no-answer.tsv"));
    this.embedder = embedder;
  }

  /** "train", "heldout", or one of the folders that have items only. */
  static EvaluationSet half(String name, Embedder embedder) throws IOException {
    return new EvaluationSet(Path.of("src/test/resources/evaluation").resolve(name), embedder);
  }

  private static List<String[]> rows(Path file) throws IOException {
    if (Files.notExists(file)) {
      return List.of();
    }
    return Files.readAllLines(file).stream().skip(1).map(line -> line.split("\t", -1)).toList();
  }

  List<String> questions(String language) {
    return items.stream().map(row -> row[2 + LANGUAGES.indexOf(language)]).toList();
  }

  List<String> passages(String language) {
    return items.stream().map(row -> row[5 + LANGUAGES.indexOf(language)]).toList();
  }

  List<String> unanswerable(String language) {
    return noAnswer.stream().map(row -> row[1 + LANGUAGES.indexOf(language)]).toList();
  }

  /** The share of questions whose own passage is the nearest of all. */
  double topOne(String questionLanguage, String passageLanguage) {
    return topOne(questions(questionLanguage), passages(passageLanguage));
  }

  /** The share of sentences whose own paraphrase is the nearest of all. */
  double paraphrases(String language) {
    List<String[]> pairs = paraphrases.stream().filter(row -> row[1].equals(language)).toList();
    return topOne(
        pairs.stream().map(row -> row[2]).toList(), pairs.stream().map(row -> row[3]).toList());
  }

  private double topOne(List<String> questions, List<String> passages) {
    int right = 0;
    for (int i = 0; i < questions.size(); i++) {
      double own = similarity(questions.get(i), passages.get(i));
      boolean nearest = true;
      for (int j = 0; j < passages.size() && nearest; j++) {
        nearest = j == i || similarity(questions.get(i), passages.get(j)) <= own;
      }
      right += nearest ? 1 : 0;
    }
    return right / (double) questions.size();
  }

  /** max(0, cosine) of two texts. */
  double similarity(String a, String b) {
    float[] left = vectors.computeIfAbsent(a, embedder::embed);
    float[] right = vectors.computeIfAbsent(b, embedder::embed);
    double sum = 0;
    for (int i = 0; i < left.length; i++) {
      sum += (double) left[i] * right[i];
    }
    return Math.max(0, sum);
  }

  /** A passage as a search would show it: how near it is, and whether it answers. */
  record Shown(double similarity, boolean answers) {}

  /** The nearest passages of every question, answerable or not. */
  List<Shown> shown(String questionLanguage, String passageLanguage, int limit) {
    List<Shown> shown = new ArrayList<>();
    List<String> questions = questions(questionLanguage);
    for (int i = 0; i < questions.size(); i++) {
      shown.addAll(nearest(questions.get(i), passageLanguage, i, limit));
    }
    for (String question : unanswerable(questionLanguage)) {
      shown.addAll(nearest(question, passageLanguage, -1, limit));
    }
    return shown;
  }

  private List<Shown> nearest(String question, String passageLanguage, int own, int limit) {
    List<String> passages = passages(passageLanguage);
    List<Shown> all = new ArrayList<>();
    for (int j = 0; j < passages.size(); j++) {
      all.add(new Shown(similarity(question, passages.get(j)), j == own));
    }
    all.sort((a, b) -> Double.compare(b.similarity(), a.similarity()));
    return all.subList(0, limit);
  }
}
