package dev.mordomo.gateway.http;

import java.nio.file.Path;
import java.util.Map;

/**
 * A file that came in a form, with the form's other fields. Deleted when the request has ended.
 *
 * @param file where its bytes are
 * @param name as the client calls it; says nothing about its content
 * @param sha256 of its bytes, in hexadecimal
 */
record Upload(
    Path file,
    String name,
    String mediaType,
    long size,
    String sha256,
    Map<String, String> fields) {}
