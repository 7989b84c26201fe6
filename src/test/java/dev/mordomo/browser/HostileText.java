package dev.mordomo.browser;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;

/** What a document or a model might say to take the page over, and whether it did. */
final class HostileText {
  static final String MARKDOWN =
      """
      The password of the gate of Moura is **swordfish**. <script>window.taken = 1</script>
      <img src=x onerror="window.taken = 2"> [here](javascript:window.taken=3) \
      ![a picture](https://example.org/steal?words) <svg onload="window.taken = 4"></svg>
      <iframe src="https://example.org"></iframe> <a href="data:text/html,x" onclick="window.taken=5">go</a>
      """;

  /**
   * What Chromium says, from 156 on, of a handler in the text that is being sanitized, in a
   * document that runs nothing.
   */
  static final String BLOCKED = "Executing inline event handler violates";

  /** Everything in the page that could run or fetch something, wherever it came from. */
  private static final String DANGEROUS =
      """
      root => [...root.querySelectorAll('*')].filter(element =>
          ['SCRIPT', 'IFRAME', 'OBJECT', 'EMBED', 'STYLE', 'IMG', 'FORM', 'MATH'].includes(element.tagName)
          || element.tagName === 'svg' && !element.classList.contains('icon')
          || element.getAttributeNames().some(name => name.startsWith('on') || name === 'style' || name === 'srcdoc')
          || /^\\s*(javascript|data|vbscript):/i.test(element.getAttribute('href') ?? ''))
        .map(element => element.outerHTML)
      """;

  /** The last word, asked by itself: the renderer before it lets nothing of this through. */
  private static final String SANITIZED =
      """
      async html => {
        const { sanitize } = await import('/src/chat/sanitize.js');
        const body = new DOMParser().parseFromString(sanitize(html), 'text/html').body;
        return (%s)(body);
      }
      """
          .formatted(DANGEROUS);

  private HostileText() {}

  /** Nothing of it runs, and nothing of it is there that could. */
  static void assertHarmless(Demo demo) {
    assertEquals(null, demo.page().evaluate("() => window.taken ?? null"));
    for (String part : List.of(".transcript", ".panel")) {
      assertEquals(
          List.of(),
          demo.page()
              .evaluate(
                  "part => [...document.querySelectorAll(part)].flatMap(" + DANGEROUS + ")", part));
    }
    assertEquals(List.of(), demo.page().evaluate(SANITIZED, MARKDOWN), "without the renderer");
  }
}
