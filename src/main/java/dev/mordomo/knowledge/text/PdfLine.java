package dev.mordomo.knowledge.text;

/**
 * A line of a page.
 *
 * @param size of its letters, in points, to half a point
 * @param left of its first letter, in points from the page's edge
 * @param top of its letters, in points from the page's upper edge
 */
record PdfLine(
    int page,
    String text,
    double size,
    boolean bold,
    boolean monospaced,
    double left,
    double top) {}
