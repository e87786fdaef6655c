/** The examples of README.md and docs/ in TypeScript, as a strict project of somebody else compiles them. */
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { equal, is, ok } from 'uvu/assert';
import { suite } from '../harness.ts';
import { compile, makeProject, node, root } from './support.ts';

/** What the examples of a page take as given. */
const given: Record<string, string> = {
  'docs/curation.md': `import { writeFile } from 'node:fs/promises'; import type { RawImage } from 'ai-artist'; import type { Clip } from 'ai-artist/clip'; declare const candidates: { image: RawImage; seed: number; embedding: Float32Array; cosine: number }[],
    past: number[], hashes: string[], kept: Float32Array[], clip: Clip,
    pictures: { embedding: Float32Array; liked: boolean }[], duels: [Float32Array, Float32Array][], embedding: Float32Array;`,
  'docs/gallery.md': "import type { Model } from 'ai-artist'; declare const model: Model;",
  'docs/generate.md': 'declare const prompt: string, signal: AbortSignal;',
  'docs/images.md': "import type { Model } from 'ai-artist'; declare const model: Model;",
  'docs/load-model.md':
    "import type { LoadModelOptions } from 'ai-artist'; declare const onProgress: LoadModelOptions['onProgress'], signal: AbortSignal;",
  'docs/models.md': 'declare const home: string;',
  'docs/prompts.md': "import type { Gallery } from 'ai-artist/gallery'; declare const gallery: Gallery;",
  'docs/schedule.md': 'declare const home: string; declare function paint(...work: unknown[]): Promise<string>;',
  'docs/upscale.md': 'declare const files: string[];',
};

/** The TypeScript of a page: one that begins with an import is a program of its own, one without goes on with that before it. */
function programs(file: string): string[] {
  const found: string[] = [];
  for (const [, code = ''] of readFileSync(path.join(root, file), 'utf8').matchAll(/^```ts\n(.*?)^```/gms)) {
    const begins = /^import /m.test(code) || found.length === 0;
    if (begins) found.push(code);
    else found[found.length - 1] += code;
  }
  return found;
}

suite('examples', (test) => {
  let project = '';
  test.before(() => {
    project = makeProject();
    const built = node(root, ['scripts/build.mjs', '--out', path.join(project, 'node_modules/ai-artist/dist')]);
    is(built.status, 0, built.text);
  });
  test.after(() => rmSync(project, { recursive: true, force: true }));

  test('every example of README.md and docs/ compiles', () => {
    const pages = ['README.md', ...readdirSync(path.join(root, 'docs')).map((name) => `docs/${name}`)].filter((name) =>
      name.endsWith('.md'),
    );
    const files = pages.flatMap((page) =>
      programs(page).map((code, index) => {
        const name = `${page.replace(/\W/g, '-')}-${index}.mts`;
        writeFileSync(path.join(project, name), `${given[page] ?? ''}\n${code}`);
        return name;
      }),
    );
    ok(files.length > 15, `${files.length} examples`);
    const compiled = compile(project, ['--module', 'nodenext', ...files]);
    equal([compiled.status, compiled.text], [0, '']);
  });
});
