#!/usr/bin/env node
/** Writes the pages and the header that come from code: `npm run generate`; with `-- --check` it writes nothing and fails where a page is out of date. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import { resultPages } from '../bench/results/page.ts';
import { resultSchema } from '../lib/bench/result/result.ts';
import { errorCodes } from '../lib/core/errors.ts';
import { boundsHeader } from './generate/bounds-header.mjs';
import { withTables } from './generate/option-tables.mjs';
import { rowComments } from './generate/row-comments.mjs';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

function errorsPage() {
  const rows = Object.entries(errorCodes).map(([code, meaning]) => `| \`${code}\` | ${meaning} |`);
  return `<!-- Generated from lib/core/errors.ts by scripts/generate.mjs. Change it there, then: npm run generate -->
# Error codes

Every error this package throws is an \`ArtistError\`. Its \`code\` is one of these and never changes its meaning. Its \`message\` says what was
expected, what was found and what to do next; \`details\` holds the engine's log lines about the failure, \`cause\` the underlying error.

An aborted call is the exception: it rejects with the signal's \`reason\` itself, like \`fetch()\` (without a reason: a DOMException named
AbortError). \`run.cancel()\` and \`dispose()\` reject with \`ERR_ABORTED\` if you give no reason.

\`\`\`ts
import { isArtistError, loadModel } from 'ai-artist';

try {
  await loadModel('my-model.safetensors');
} catch (error) {
  if (isArtistError(error, 'ERR_MODEL_NOT_FOUND')) console.error(error.message);
  else throw error;
}
\`\`\`

| code | meaning |
|---|---|
${rows.join('\n')}
`;
}

const comments = rowComments(new URL('../lib/engine/options/', import.meta.url));
const withOptions = ['cli', 'convert', 'generate', 'load-model', 'upscale'].map((name) => `docs/${name}.md`);
const pages = {
  'docs/errors.md': errorsPage(),
  'docs/bench-result.schema.json': `${JSON.stringify(z.toJSONSchema(resultSchema), undefined, 2)}\n`,
  'native/binding/generated/bounds.h': boundsHeader(),
};
for (const name of withOptions) pages[name] = await withTables(readFileSync(path.join(root, name), 'utf8'), comments);

for (const [name, text] of Object.entries(await resultPages(path.join(root, 'docs/results')))) pages[`docs/results/${name}`] = text;

const check = process.argv.includes('--check');
for (const [name, text] of Object.entries(pages)) {
  const file = path.join(root, name);
  if (existsSync(file) && readFileSync(file, 'utf8') === text) continue;
  if (check) {
    console.error(`generate: ${name} is out of date. Run: npm run generate`);
    process.exitCode = 1;
  } else {
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
    console.error(`generate: wrote ${name}`);
  }
}
