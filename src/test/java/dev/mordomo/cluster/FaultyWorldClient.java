package dev.mordomo.cluster;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.IntSupplier;

/**
 * Who talks in a conversation of their own while nodes, networks and stores break, and comes back
 * to whichever node answers. What it must never see is noted in {@link #wrongs}.
 */
abstract class FaultyWorldClient implements Runnable {
  /** From a question to its end, whatever breaks meanwhile. */
  static final Duration LONGEST_TURN = Duration.ofSeconds(75);

  final String name;
  final String token;
  final UUID conversation;
  final Random random;
  final List<String> wrongs = new ArrayList<>();
  private final IntSupplier doors;
  private final BooleanSupplier goesOn;

  /**
   * @param doors a port to try, another one each time
   * @param goesOn whether one more turn is to be begun
   */
  FaultyWorldClient(
      String name,
      IntSupplier doors,
      String token,
      UUID conversation,
      Random random,
      BooleanSupplier goesOn) {
    this.name = name;
    this.doors = doors;
    this.token = token;
    this.conversation = conversation;
    this.random = random;
    this.goesOn = goesOn;
  }

  /** One turn, under an id that no other has. */
  abstract void talk(String id);

  @Override
  public void run() {
    for (int i = 0; goesOn.getAsBoolean(); i++) {
      talk(name + "-" + i);
    }
  }

  UUID conversation() {
    return conversation;
  }

  List<String> wrongs() {
    return List.copyOf(wrongs);
  }

  int port() {
    return doors.getAsInt();
  }

  String url() {
    return "http://127.0.0.1:" + port();
  }

  void nap() {
    LockSupport.parkNanos(Duration.ofMillis(50 + random.nextInt(250)).toNanos());
  }
}
