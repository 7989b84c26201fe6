package dev.mordomo.ops.log;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.StackTraceElementProxy;
import ch.qos.logback.core.UnsynchronizedAppenderBase;
import dev.mordomo.kernel.Ids;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/** Puts whatever is logged into a queue, beside the console. */
final class LogAppender extends UnsynchronizedAppenderBase<ILoggingEvent> {
  private static final int LONGEST = 8_000;
  private static final int LONGEST_SOURCE = 200;
  private static final int MOST_FRAMES = 12;

  private final LogQueue queue;
  private final String node;

  private LogAppender(LogQueue queue, String node) {
    this.queue = queue;
    this.node = node;
  }

  /** Begins to take what any logger of this process says. */
  static LogAppender attach(LogQueue queue, String node) {
    LogAppender appender = new LogAppender(queue, node);
    LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
    appender.setName("system_log of " + node);
    appender.setContext(context);
    appender.start();
    context.getLogger(Logger.ROOT_LOGGER_NAME).addAppender(appender);
    return appender;
  }

  void detach() {
    LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
    context.getLogger(Logger.ROOT_LOGGER_NAME).detachAppender(this);
    stop();
  }

  @Override
  protected void append(ILoggingEvent event) {
    queue.put(
        new LogLine(
            Ids.next(),
            event.getInstant(),
            level(event.getLevel()),
            cut(event.getLoggerName(), LONGEST_SOURCE),
            node,
            cut(event.getFormattedMessage() + trace(event.getThrowableProxy()), LONGEST)));
  }

  private static LogLevel level(Level level) {
    return switch (level.toInt()) {
      case Level.ERROR_INT -> LogLevel.ERROR;
      case Level.WARN_INT -> LogLevel.WARN;
      case Level.INFO_INT -> LogLevel.INFO;
      default -> LogLevel.DEBUG;
    };
  }

  private static String trace(@Nullable IThrowableProxy thrown) {
    StringBuilder text = new StringBuilder();
    for (IThrowableProxy cause = thrown; cause != null; cause = cause.getCause()) {
      text.append(text.isEmpty() ? "\n" : "\ncaused by ")
          .append(cause.getClassName())
          .append(": ")
          .append(cause.getMessage());
      StackTraceElementProxy[] frames = cause.getStackTraceElementProxyArray();
      for (int i = 0; i < Math.min(frames.length, MOST_FRAMES); i++) {
        text.append("\n  ").append(frames[i].getSTEAsString());
      }
    }
    return text.toString();
  }

  private static String cut(String text, int most) {
    String whole = text.replace('\0', ' ');
    return whole.codePointCount(0, whole.length()) <= most
        ? whole
        : whole.substring(0, whole.offsetByCodePoints(0, most));
  }
}
