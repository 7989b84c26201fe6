// Renders the descriptions of the interface, as the server itself serves them.
import { describe, el, membersOf, prose, slug, typeOf } from './schema.js';

const METHODS = ['get', 'post', 'put', 'patch', 'delete'];
const main = document.getElementById('content');
const contents = document.getElementById('contents');

async function read(name) {
  const response = await fetch(name);
  if (!response.ok) throw new Error(`${name}: ${response.status}`);
  return response.json();
}

const resolve = (root, node) => (node?.$ref?.startsWith('#') ? node.$ref.slice(2).split('/').reduce((at, key) => at?.[key], root) : node);

function section(id, title, intro, children) {
  const links = children
    .filter((child) => child.dataset?.title)
    .map((child) => el('li', {}, el('a', { href: `#${child.id}` }, child.dataset.title)));
  contents.append(el('h4', {}, el('a', { href: `#${id}` }, title)), el('ul', {}, links));
  main.append(el('section', { id, 'aria-labelledby': `${id}-title` }, el('h2', { id: `${id}-title` }, title), intro ? el('p', {}, prose(intro)) : '', children));
}

// ── HTTP ────────────────────────────────────────────────────────────────────────────────────────

function body(title, content) {
  return Object.entries(content ?? {}).flatMap(([type, { schema }]) => [el('h4', {}, `${title}, ${type}`), ...describe(schema)]);
}

function parameter(root, given) {
  const one = resolve(root, given);
  return el('li', {}, el('code', {}, one.name), ` in ${one.in}: `, typeOf(one.schema), one.description ? [' · ', prose(one.description)] : '');
}

function response(root, status, given) {
  const one = resolve(root, given);
  const types = Object.values(one.content ?? {}).flatMap(({ schema }) => [' ', ...typeOf(schema)]);
  return el('li', {}, el('code', {}, status), ' ', prose(one.description), types);
}

function operation(root, path, method, one, shared) {
  const parameters = [...shared, ...(one.parameters ?? [])];
  const open = one.security && (one.security.length === 0 || one.security.some((way) => Object.keys(way).length === 0));
  const title = `${method.toUpperCase()} ${path}`;
  return el(
    'article',
    { id: `op-${one.operationId ?? slug(title)}`, 'data-title': title, 'data-testid': 'operation' },
    open ? el('span', { class: 'open' }, 'open to anyone') : '',
    el('h3', {}, el('span', { class: 'method' }, method.toUpperCase()), ' ', el('span', { class: 'path' }, path)),
    el('p', {}, prose(one.summary)),
    one.description ? el('p', { class: 'note' }, prose(one.description)) : '',
    parameters.length ? [el('h4', {}, 'Parameters'), el('ul', { class: 'members' }, parameters.map((each) => parameter(root, each)))] : '',
    body('Body', one.requestBody?.content),
    el('h4', {}, 'Answers'),
    el('ul', { class: 'members' }, Object.entries(one.responses).map(([status, each]) => response(root, status, each))),
  );
}

function http(root) {
  main.append(el('h1', {}, 'The interface'), el('p', {}, prose(root.info.description)));
  for (const tag of root.tags) {
    const operations = Object.entries(root.paths).flatMap(([path, item]) =>
      METHODS.filter((method) => item[method]?.tags?.includes(tag.name)).map((method) =>
        operation(root, path, method, item[method], item.parameters ?? []),
      ),
    );
    section(`tag-${tag.name}`, tag.name, tag.description, operations);
  }
}

function schemas(...roots) {
  const all = Object.entries(Object.assign({}, ...roots.map((root) => root.components.schemas))).map(([name, schema]) =>
    el(
      'article',
      { id: `schema-${name}`, 'data-title': name },
      el('h3', {}, name),
      schema.description ? el('p', {}, prose(schema.description)) : '',
      schema.properties ? membersOf(schema) : describe(schema),
    ),
  );
  section('schemas', 'Shapes', 'What the bodies are made of.', all);
}

// ── The socket ──────────────────────────────────────────────────────────────────────────────────

function message(root, name) {
  const one = root.components.messages[name];
  return el(
    'article',
    { id: `message-${slug(name)}`, 'data-title': name, 'data-testid': 'message' },
    el('h3', {}, el('span', { class: 'path' }, name)),
    el('p', {}, prose(one.summary)),
    describe(one.payload),
  );
}

function codes(rows, anchor) {
  const columns = [...new Set(rows.flatMap(Object.keys))];
  const cell = (value) => el('td', {}, prose(typeof value === 'boolean' ? (value ? 'yes' : 'no') : value));
  return el(
    'table',
    {},
    el('thead', {}, el('tr', {}, columns.map((name) => el('th', { scope: 'col' }, name)))),
    el('tbody', {}, rows.map((row) => el('tr', anchor && row.code ? { id: row.code } : {}, columns.map((name) => cell(row[name]))))),
  );
}

function socket(root) {
  for (const [name, channel] of Object.entries(root.channels)) {
    const messages = Object.keys(channel.messages).map((each) => message(root, each));
    section(`channel-${name}`, `Socket: ${channel.address ?? name}`, channel.summary ?? channel.description, messages);
  }
  section('failure-codes', 'Codes of failures', 'On every face: match on the code.', [codes(root['x-failure-codes'], true)]);
  section('error-codes', 'Numbers of the protocol', '', [codes(root['x-error-codes'], false)]);
  section('close-codes', 'Close codes of the socket', '', [codes(root['x-close-codes'], false)]);
}

// ── Finding ─────────────────────────────────────────────────────────────────────────────────────

function find(words) {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  for (const article of main.querySelectorAll('article')) {
    const text = article.textContent.toLowerCase();
    article.hidden = !wanted.every((word) => text.includes(word));
  }
}

try {
  const [rest, events] = await Promise.all([read('/openapi.json'), read('/asyncapi.json')]);
  main.replaceChildren();
  http(rest);
  socket(events);
  schemas(rest, events);
  document.getElementById('find').addEventListener('input', (event) => find(event.target.value));
  // What the address names did not exist when the page was opened.
  if (location.hash) document.getElementById(decodeURIComponent(location.hash.slice(1)))?.scrollIntoView();
} catch (error) {
  main.replaceChildren(el('p', { role: 'alert' }, `The descriptions cannot be read: ${error.message}`));
}
main.setAttribute('aria-busy', 'false');
