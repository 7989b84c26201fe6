package dev.mordomo;

import ch.qos.logback.classic.LoggerContext;
import org.slf4j.LoggerFactory;

/**
 * The log is written by a thread of its own, see conf/logback.xml: what it has left is lost at an
 * exit.
 */
final class Logs {
  private Logs() {}

  /** Writes what waits, or gives up after a second; after it nothing is logged. */
  static void end() {
    if (LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
      context.stop();
    }
  }
}
