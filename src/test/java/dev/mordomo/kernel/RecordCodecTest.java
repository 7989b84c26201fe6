package dev.mordomo.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import dev.mordomo.kernel.Streams.Position;
import io.vertx.core.buffer.Buffer;
import java.lang.reflect.Field;
import java.security.GeneralSecurityException;
import java.util.List;
import java.util.stream.Stream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** What is said on one node is heard on another as it was said. */
class RecordCodecTest {
  private final RecordCodec codec = RecordCodec.under(TestDatabase.SECRET);

  /** Every address of the house: a new one is tested by being there. */
  @TestFactory
  Stream<DynamicTest> everyFactOfEveryAddressSurvivesTheWire() {
    List<JavaField> addresses =
        new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .importPackages("dev.mordomo")
                .stream()
                .flatMap(c -> c.getFields().stream())
                .filter(f -> f.getRawType().isEquivalentTo(Address.class))
                .toList();
    assertTrue(addresses.size() >= 10, () -> "found only " + addresses);
    return addresses.stream()
        .map(field -> DynamicTest.dynamicTest(field.getFullName(), () -> survives(field)));
  }

  private void survives(JavaField found) throws ReflectiveOperationException {
    Field field = found.reflect();
    field.setAccessible(true);
    Address<?> address = (Address<?>) field.get(null);
    for (boolean full : new boolean[] {true, false}) {
      Record said = (Record) SampleValues.of(address.type(), full);
      assertEquals(said, heard(said));
    }
  }

  private Record heard(Record said) {
    Buffer wire = Buffer.buffer("before");
    codec.encodeToWire(wire, said);
    return codec.decodeFromWire("before".length(), wire.appendString("after"));
  }

  @Test
  void whoHasAnotherSecretIsNotHeard() {
    Buffer wire = Buffer.buffer();
    RecordCodec.under(Secret.of("the secret of another installation"))
        .encodeToWire(wire, new Position("e", 1));
    assertThrows(IllegalArgumentException.class, () -> codec.decodeFromWire(0, wire));
  }

  @Test
  void aChangedMessageIsNotHeard() {
    Buffer wire = Buffer.buffer();
    codec.encodeToWire(wire, new Position("e", 1));
    int last = wire.length() - 2;
    wire.setByte(last, (byte) (wire.getByte(last) ^ 1));
    assertThrows(IllegalArgumentException.class, () -> codec.decodeFromWire(0, wire));
  }

  @Test
  void aTypeThatIsNotOursIsNeverLookedFor() throws GeneralSecurityException {
    String name = "java.security.KeyStore";
    Buffer body = Buffer.buffer().appendInt(name.length()).appendString(name).appendString("{}");
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(TestDatabase.SECRET.derive("bus"), "HmacSHA256"));
    byte[] signed = mac.doFinal(body.getBytes());
    Buffer wire =
        Buffer.buffer()
            .appendInt(signed.length + body.length())
            .appendBytes(signed)
            .appendBuffer(body);
    var refused = assertThrows(IllegalArgumentException.class, () -> codec.decodeFromWire(0, wire));
    assertEquals("refused on the bus: " + name, refused.getMessage());
  }
}
