package dev.mordomo.knowledge.text;

import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.FailureCode;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Reads txt, md, html, pdf, docx, odt, csv and eml.
 *
 * <p>A parser runs on a thread of its own, a few at a time. One that passes its deadline is
 * interrupted and its caller told; should it not heed the interrupt it keeps its place until it
 * ends, so hung parsers never take more than their few threads.
 */
public final class TextExtractor {
  private static final long STACK_BYTES = 4L * 1024 * 1024;

  private final ExtractionLimits limits;
  private final Semaphore places;

  /**
   * A reader of files within {@code limits}.
   *
   * @param parallel how many files are read at the same time, 1 or more
   */
  public TextExtractor(ExtractionLimits limits, int parallel) {
    this.limits = limits;
    this.places = new Semaphore(parallel);
  }

  /**
   * Blocks the calling (virtual) thread until the file is read.
   *
   * @param fileName as the user knows it; only its extension counts
   * @throws Failure {@code unreadable_file} for an empty, damaged, encrypted or scanned file, or
   *     one that is not what its name says; {@code unsupported_media_type} for other kinds; {@code
   *     too_large} past the limits; {@code unavailable} when all parsers are busy
   */
  public ExtractedText extract(String fileName, byte[] bytes) {
    refuseLarger(bytes, "file");
    return onOwnThread(() -> read(FileKindDetector.detect(fileName, bytes), bytes));
  }

  /**
   * What a file is, without reading it.
   *
   * @throws Failure as {@link #extract} for what cannot be read in any case
   */
  public FileKind kindOf(String fileName, byte[] bytes) {
    refuseLarger(bytes, "file");
    return FileKindDetector.detect(fileName, bytes);
  }

  private void refuseLarger(byte[] bytes, String what) {
    if (bytes.length > limits.bytes()) {
      throw Failure.of(
          FailureCode.TOO_LARGE, "the " + what + " is larger than " + limits.bytes() + " bytes");
    }
  }

  /** The same for text whose kind is known, such as a document posted as JSON. */
  public ExtractedText extract(FileKind kind, byte[] bytes) {
    refuseLarger(bytes, "text");
    return onOwnThread(() -> read(kind, bytes));
  }

  private ExtractedText read(FileKind kind, byte[] bytes) {
    BlockWriter out = new BlockWriter(limits.characters());
    try {
      readerOf(kind).read(bytes, out);
    } catch (IOException | RuntimeException | StackOverflowError broken) {
      throw broken instanceof Failure told ? told : damaged(kind, broken);
    }
    if (out.isEmpty()) {
      throw Failure.of(FailureCode.UNREADABLE_FILE, "the file holds no text");
    }
    return out.finish(kind);
  }

  private static DocumentReader readerOf(FileKind kind) {
    return switch (kind) {
      case PLAIN -> new PlainTextReader();
      case MARKDOWN -> new MarkdownReader();
      case HTML -> new HtmlReader();
      case PDF -> new PdfReader();
      case DOCX -> new DocxReader();
      case ODT -> new OdtReader();
      case CSV -> new CsvReader();
      case EML -> new EmlReader();
    };
  }

  private static Failure damaged(FileKind kind, Throwable cause) {
    String message = String.valueOf(cause.getMessage());
    String detail =
        message.contains("Zip bomb")
            ? "the file unpacks to far more than it says, and was refused"
            : "the file is damaged: it cannot be read as " + kind.extension();
    return Failure.of(FailureCode.UNREADABLE_FILE, detail, cause);
  }

  private ExtractedText onOwnThread(java.util.function.Supplier<ExtractedText> work) {
    long deadline = System.nanoTime() + limits.time().toNanos();
    FutureTask<ExtractedText> task = new FutureTask<>(work::get);
    try {
      if (!places.tryAcquire(limits.time().toNanos(), TimeUnit.NANOSECONDS)) {
        throw Failure.of(FailureCode.UNAVAILABLE, "all document readers are busy; try again later")
            .retryAfter(Duration.ofSeconds(30));
      }
      start(task);
      return task.get(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException | CancellationException late) {
      task.cancel(true);
      throw Failure.of(
          FailureCode.UNREADABLE_FILE,
          "reading the file took longer than " + limits.time().toSeconds() + " s and was stopped",
          late);
    } catch (ExecutionException failed) {
      if (failed.getCause() instanceof OutOfMemoryError) {
        throw Failure.of(
            FailureCode.TOO_LARGE, "reading the file takes more memory than there is", failed);
      }
      throw failed.getCause() instanceof Failure told
          ? told
          : Failure.of(FailureCode.UNREADABLE_FILE, "the file cannot be read", failed);
    } catch (InterruptedException stopped) {
      task.cancel(true);
      Thread.currentThread().interrupt();
      throw Failure.of(FailureCode.SHUTTING_DOWN, "reading the file was stopped", stopped);
    }
  }

  private void start(FutureTask<ExtractedText> task) {
    Runnable run =
        () -> {
          try {
            task.run();
          } finally {
            places.release();
          }
        };
    Thread thread = new Thread(null, run, "document-reader", STACK_BYTES);
    thread.setDaemon(true);
    thread.start();
  }
}
