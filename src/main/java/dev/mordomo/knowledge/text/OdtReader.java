package dev.mordomo.knowledge.text;

import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.FailureCode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/** Reads an OpenDocument text: its headings, lists, tables and code, part by part as a stream. */
final class OdtReader implements DocumentReader {
  private static final XMLInputFactory XML = factory();

  private static XMLInputFactory factory() {
    XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
    factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
    factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
    factory.setProperty(XMLInputFactory.IS_COALESCING, true);
    return factory;
  }

  @Override
  public void read(byte[] bytes, BlockWriter out) throws IOException {
    UnpackGuard.zip(bytes);
    Map<String, byte[]> parts = parts(bytes);
    byte[] content = parts.get("content.xml");
    if (content == null) {
      throw new IOException("no content.xml");
    }
    byte[] manifest = parts.getOrDefault("META-INF/manifest.xml", new byte[0]);
    if (new String(manifest, java.nio.charset.StandardCharsets.UTF_8).contains("encryption-data")) {
      throw Failure.of(
          FailureCode.UNREADABLE_FILE, "the document is encrypted; save it without a password");
    }
    try {
      title(parts.getOrDefault("meta.xml", new byte[0]), out);
      XMLStreamReader xml = XML.createXMLStreamReader(new ByteArrayInputStream(content));
      new OdtBody(xml, out).read();
    } catch (XMLStreamException e) {
      throw new IOException("not well-formed", e);
    }
  }

  private static Map<String, byte[]> parts(byte[] bytes) throws IOException {
    Map<String, byte[]> parts = new HashMap<>();
    try (ZipInputStream zip = new ZipInputStream(new ByteArrayInputStream(bytes))) {
      for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        if (entry.getName().matches("content\\.xml|meta\\.xml|META-INF/manifest\\.xml")) {
          parts.putIfAbsent(entry.getName(), zip.readAllBytes());
        }
      }
    }
    return parts;
  }

  private static void title(byte[] meta, BlockWriter out) throws XMLStreamException {
    if (meta.length == 0) {
      return;
    }
    XMLStreamReader xml = XML.createXMLStreamReader(new ByteArrayInputStream(meta));
    while (xml.hasNext()) {
      if (xml.next() == XMLStreamReader.START_ELEMENT && xml.getLocalName().equals("title")) {
        out.title(xml.getElementText());
        return;
      }
    }
  }
}
