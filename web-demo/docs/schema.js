// A JSON schema in words. Everything is made of nodes: no text of a description is ever markup.

/** `el('p', {class: 'x'}, 'text', node)` */
export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== ''));
  return node;
}

/** A description: `words` between backticks are code. */
export function prose(text) {
  return String(text ?? '')
    .split('`')
    .map((part, i) => (i % 2 ? el('code', {}, part) : part));
}

export const slug = (text) => text.replace(/[^A-Za-z0-9]+/g, '-').replace(/^-|-$/g, '');

const nameOf = (ref) => ref.split('/').at(-1);

function join(parts, word) {
  return parts.flatMap((part, i) => (i ? [word, ...part] : part));
}

/** A type in one line. */
export function typeOf(schema) {
  if (!schema || schema === true) return ['anything'];
  if (schema.$ref) return [el('a', { href: `#schema-${nameOf(schema.$ref)}` }, nameOf(schema.$ref))];
  const choices = schema.oneOf ?? schema.anyOf;
  if (choices) return join(choices.map(typeOf), ' or ');
  if (schema.allOf) return join(schema.allOf.map(typeOf), ' and ');
  if (schema.const !== undefined) return [el('code', {}, JSON.stringify(schema.const))];
  if (schema.enum) return join(schema.enum.map((value) => [el('code', {}, JSON.stringify(value))]), ' | ');
  const types = [schema.type ?? (schema.properties ? 'object' : 'anything')].flat();
  if (types.includes('array')) return ['array of ', ...typeOf(schema.items)];
  const range = [
    schema.minimum !== undefined && `from ${schema.minimum}`,
    schema.maximum !== undefined && `to ${schema.maximum}`,
    schema.minLength !== undefined && `at least ${schema.minLength} long`,
    schema.maxLength !== undefined && `at most ${schema.maxLength} long`,
    schema.default !== undefined && `default ${JSON.stringify(schema.default)}`,
  ].filter(Boolean);
  const format = schema.format ? ` (${schema.format})` : '';
  return [types.join(' or ') + format + (range.length ? `, ${range.join(', ')}` : '')];
}

/** The members below a type, where it has some of its own. */
export function membersOf(schema) {
  if (!schema || schema.$ref) return null;
  const parts = schema.allOf ?? schema.oneOf ?? schema.anyOf;
  if (parts) return parts.map(membersOf).filter(Boolean);
  if (schema.items) return membersOf(schema.items);
  if (!schema.properties) return null;
  const required = new Set(schema.required ?? []);
  const items = Object.entries(schema.properties).map(([name, member]) =>
    el(
      'li',
      {},
      el('code', {}, name),
      required.has(name) ? '' : el('span', { class: 'note' }, ' (may be left out)'),
      ': ',
      typeOf(member),
      member.description ? [' · ', prose(member.description)] : '',
      membersOf(member),
    ),
  );
  return el('ul', { class: 'members' }, items);
}

export const describe = (schema) => [el('p', {}, typeOf(schema)), membersOf(schema)];
