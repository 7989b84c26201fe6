package dev.mordomo;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * Stands between a client and a server on the loopback, and does to their bytes what networks do.
 * What is set holds for connections that are there and for those that come. Thread-safe.
 *
 * <p>A real PostgreSQL, node or socket client connects to {@link #port}; nothing of it is faked.
 */
public final class TcpProxy implements AutoCloseable {
  private static final int CHUNK = 16 * 1024;
  private static final int BACKLOG = 200;
  private static final int NO_LIMIT = Integer.MAX_VALUE;

  /** Which way bytes go. */
  public enum Way {
    /** From the client to the server. */
    TO_SERVER,
    /** From the server to the client. */
    TO_CLIENT
  }

  private final SocketAddress target;
  private final InetAddress address;
  private final int port;
  private volatile ServerSocket door;
  private volatile Thread keeper;
  private final Set<Link> links = ConcurrentHashMap.newKeySet();
  private final Set<Way> held = ConcurrentHashMap.newKeySet();
  private final Object changed = new Object();
  private volatile boolean hangsUp;
  private volatile long delayNanos;
  private volatile int bytesPerSecond = NO_LIMIT;

  private TcpProxy(InetSocketAddress at, InetSocketAddress target) throws IOException {
    this.target = target;
    address = at.getAddress();
    door = new ServerSocket(at.getPort(), BACKLOG, address);
    port = door.getLocalPort();
    keeper = listen(door);
  }

  private Thread listen(ServerSocket at) {
    return Thread.ofVirtual().name("proxy door").start(() -> accept(at));
  }

  /** In front of a port of this machine. */
  public static TcpProxy to(int port) {
    try {
      InetAddress here = InetAddress.getLoopbackAddress();
      return new TcpProxy(new InetSocketAddress(here, 0), new InetSocketAddress(here, port));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** At one address of the loopback, in front of the same port of another. */
  public static TcpProxy at(String host, String target, int port) {
    try {
      return new TcpProxy(new InetSocketAddress(host, port), new InetSocketAddress(target, port));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Where it listens, on 127.0.0.1. */
  public int port() {
    return port;
  }

  /** How many connections go through it now. */
  public int connections() {
    return links.size();
  }

  /** Nobody is let in, as if no server ran; who is in stays. */
  public void refuse() {
    shut();
  }

  /** Whoever comes is let in and sent away at once; who is in stays. */
  public void hangUp() {
    hangsUp = true;
  }

  /** Half-open, a black hole: not a byte passes and no end is told, until {@link #heal}. */
  public void hold() {
    hold(Way.TO_SERVER);
    hold(Way.TO_CLIENT);
  }

  /** The same in one direction: with {@link Way#TO_CLIENT} commands arrive and replies do not. */
  public void hold(Way way) {
    held.add(way);
  }

  /** Every byte comes at least this much later, and at most twice, in order. */
  public void delay(Duration time) {
    delayNanos = time.toNanos();
  }

  /** Each direction of each connection passes so many bytes a second at most. */
  public void throttle(int bytes) {
    bytesPerSecond = bytes;
  }

  /** All goes through again, also what was held. */
  public void heal() {
    if (door.isClosed()) {
      try {
        door = new ServerSocket(port, BACKLOG, address);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      keeper = listen(door);
    }
    hangsUp = false;
    delayNanos = 0;
    bytesPerSecond = NO_LIMIT;
    synchronized (changed) {
      held.clear();
      changed.notifyAll();
    }
  }

  /** Ends every connection in good order, on both sides; what was held is lost. */
  public void cut() {
    links.forEach(link -> link.end(false));
  }

  /** Breaks every connection on both sides, as a router does that has forgotten it: RST. */
  public void reset() {
    links.forEach(link -> link.end(true));
  }

  private void accept(ServerSocket at) {
    while (!at.isClosed()) {
      try {
        Socket client = at.accept();
        if (hangsUp) {
          client.close();
        } else {
          new Link(client).open();
        }
      } catch (IOException e) {
        // The door was closed, or the server behind it is not there: the client sees it end.
      }
    }
  }

  private void shut() {
    try {
      door.close();
      // Until the thread that accepts has left the port, one more may enter.
      keeper.join();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    shut();
    reset();
    // Whoever waits for a healing ends.
    synchronized (changed) {
      held.clear();
      changed.notifyAll();
    }
  }

  /** One client, and its connection to the server. */
  private final class Link {
    private final Socket client;
    private final Socket server = new Socket();
    private final AtomicInteger ended = new AtomicInteger();

    private Link(Socket client) throws IOException {
      this.client = client;
      // Small windows: a slow side is felt by the other soon, and not after megabytes.
      server.setReceiveBufferSize(CHUNK);
      client.setTcpNoDelay(true);
    }

    private void open() throws IOException {
      try {
        server.connect(target);
        server.setTcpNoDelay(true);
      } catch (IOException e) {
        client.close();
        throw e;
      }
      links.add(this);
      pump(Way.TO_SERVER, client, server);
      pump(Way.TO_CLIENT, server, client);
    }

    private void pump(Way way, Socket from, Socket to) {
      Thread.ofVirtual()
          .name("proxy " + way)
          .start(() -> {
            try {
              copy(way, from.getInputStream(), to.getOutputStream());
              await(way);
              to.shutdownOutput();
            } catch (IOException e) {
              await(way);
              end(true);
            }
            if (ended.incrementAndGet() == 2) {
              end(false);
            }
          });
    }

    private void copy(Way way, InputStream in, OutputStream out) throws IOException {
      byte[] chunk = new byte[CHUNK];
      for (int n = read(way, in, chunk); n >= 0; n = read(way, in, chunk)) {
        await(way);
        if (!links.contains(this)) {
          // It was held until it was cut off: what is held then is lost, however late it came.
          throw new SocketException("the connection was cut off");
        }
        LockSupport.parkNanos(delayNanos);
        out.write(chunk, 0, n);
      }
    }

    private int read(Way way, InputStream in, byte[] chunk) throws IOException {
      await(way);
      int rate = bytesPerSecond;
      if (rate == NO_LIMIT) {
        return in.read(chunk);
      }
      // Twenty steps a second are smooth enough.
      int n = in.read(chunk, 0, Math.clamp(rate / 20, 1, CHUNK));
      LockSupport.parkNanos(n * 1_000_000_000L / rate);
      return n;
    }

    private void await(Way way) {
      synchronized (changed) {
        while (held.contains(way) && links.contains(this)) {
          try {
            changed.wait();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return;
          }
        }
      }
    }

    private void end(boolean rudely) {
      if (!links.remove(this)) {
        return;
      }
      for (Socket side : new Socket[] {client, server}) {
        try {
          if (rudely) {
            side.setSoLinger(true, 0);
          }
          side.close();
        } catch (IOException e) {
          // It is closed, which is what was wanted.
        }
      }
      synchronized (changed) {
        changed.notifyAll();
      }
    }
  }
}
