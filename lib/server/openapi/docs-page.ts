import { meaningOf, type OpenApi, type Operation } from './document.ts';
import { escaped } from './escaped.ts';

export const docsStyle = `
:root { color-scheme: light dark }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 0 auto; padding: 1rem }
h2 { margin-top: 2.5rem; border-bottom: 1px solid #8886 }
h3 { font: 600 1rem ui-monospace, monospace; margin: 1.5rem 0 0; overflow-wrap: anywhere }
summary { cursor: pointer }
table { border-collapse: collapse; width: 100%; margin: .5rem 0 }
th, td { text-align: left; vertical-align: top; padding: .15rem .6rem .15rem 0; border-bottom: 1px solid #8883; overflow-wrap: anywhere }
code { font-family: ui-monospace, monospace; font-size: .9em }
`;

interface Schema {
  type?: string | string[];
  enum?: unknown[];
  const?: unknown;
  items?: Schema;
  anyOf?: Schema[];
  oneOf?: Schema[];
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: Schema | boolean;
  description?: string;
  default?: unknown;
  minimum?: number;
  maximum?: number;
  $ref?: string;
}

/** `integer 1..150`, `one of "a", "b"`, `array of string` */
function typeOf(schema: Schema = {}): string {
  if (schema.$ref !== undefined) return schema.$ref.split('/').at(-1) ?? '';
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return `one of ${schema.enum.map((value) => JSON.stringify(value)).join(', ')}`;
  const members = schema.anyOf ?? schema.oneOf;
  if (members) return [...new Set(members.map(typeOf))].join(' or ');
  if (schema.type === 'array') return `array of ${typeOf(schema.items) || 'anything'}`;
  const name = [schema.type ?? 'anything'].flat().join(' or ');
  const isSafe = (bound: number | undefined) => bound !== undefined && Math.abs(bound) < Number.MAX_SAFE_INTEGER;
  const [low, high] = [schema.minimum, schema.maximum].map((bound) => (isSafe(bound) ? bound : ''));
  return low === '' && high === '' ? name : `${name} ${low}..${high}`;
}

const table = (heads: readonly string[], rows: readonly (readonly string[])[]): string =>
  rows.length === 0
    ? ''
    : `<table><tr>${heads.map((head) => `<th>${escaped(head)}</th>`).join('')}</tr>${rows
        .map((row) => `<tr>${row.map((cell) => `<td>${cell}</td>`).join('')}</tr>`)
        .join('')}</table>`;

const code = (text: unknown): string => `<code>${escaped(text)}</code>`;

/** The fields of an object, one row each; those of inner objects follow with their path, three levels deep. */
function fieldRows(schema: Schema = {}, path = '', depth = 0): string[][] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, field]) => {
    const here = path === '' ? name : `${path}.${name}`;
    const need = schema.required?.includes(name)
      ? 'required'
      : field.default === undefined
        ? ''
        : `default ${JSON.stringify(field.default)}`;
    const inner = field.type === 'array' ? field.items : field;
    const row = [code(here), escaped(typeOf(field)), escaped(need), escaped(field.description ?? '')];
    return [row, ...(depth < 2 ? fieldRows(inner, here, depth + 1) : [])];
  });
}

function contents(content: Record<string, { schema?: unknown }> = {}): string {
  return Object.entries(content)
    .map(
      ([type, { schema }]) =>
        `<p>${code(type)} ${escaped(typeOf(schema as Schema))}</p>${table(['field', 'type', '', ''], fieldRows(schema as Schema))}`,
    )
    .join('');
}

function operationSection(method: string, path: string, operation: Operation): string {
  const { summary = '', description = '', parameters = [], requestBody, responses = {} } = operation;
  const given = parameters.map((one) => [
    code(one.name),
    escaped(one.in),
    escaped(typeOf(one.schema as Schema)),
    escaped(one.required ? 'required' : ''),
    escaped(one.description ?? ''),
  ]);
  const replies = Object.entries(responses).map(([status, reply]) => [
    code(status),
    `${escaped(reply.$ref ? meaningOf(status) : (reply.description ?? ''))}${contents(reply.content)}`,
  ]);
  return `<section><h3>${escaped(method.toUpperCase())} ${escaped(path)}</h3>
<p>${escaped(summary)}${description === '' ? '' : `. ${escaped(description)}`} <small>scope ${escaped(operation['x-scope'] ?? '')}</small></p>
${table(['parameter', 'in', 'type', '', ''], given)}${requestBody ? `<details><summary>body</summary>${contents(requestBody.content)}</details>` : ''}
<details><summary>replies</summary>${table(['status', 'meaning'], replies)}</details></section>`;
}

/** The document as a page without script. Everything in it is escaped: descriptions may hold names from files. */
export function docsPage({ info, paths }: OpenApi): string {
  const tags = new Map<string, string[]>();
  for (const [path, operations] of Object.entries(paths))
    for (const [method, operation] of Object.entries(operations)) {
      const tag = operation.tags?.[0] ?? 'other';
      tags.set(tag, [...(tags.get(tag) ?? []), operationSection(method, path, operation)]);
    }
  const sections = [...tags].map(([tag, parts]) => `<h2>${escaped(tag)}</h2>\n${parts.join('\n')}`);
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(info.title)} API</title><style>${docsStyle}</style></head>
<body><h1>${escaped(info.title)} ${escaped(info.version)}</h1><p>${escaped(info.description ?? '')} <a href="openapi.json">openapi.json</a></p>
${sections.join('\n')}
</body></html>
`;
}
