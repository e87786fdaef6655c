/** The package as others see it: built afresh into an empty project, compiled against and loaded from ESM and from CommonJS. */
import { readFileSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { equal, is, match, ok } from 'uvu/assert';
import { suite } from '../harness.ts';
import { compile, makeProject, node, root } from './support.ts';

/**
 * What a freshly loaded package has pulled in; printed by the script as JSON. Node's own modules that cost milliseconds are named: nothing that
 * is called later may need one of them now.
 */
const probe = (load: string) => `
  ${load}
  const loaded = process.report.getReport().sharedObjects.filter((file) => /ai.artist.*\\.node|sharp/.test(file));
  const dear = process.moduleLoadList.filter((name) => /^NativeModule (child_process|net|http|https|zlib|worker_threads|readline|dgram)$/.test(name));
  console.log(JSON.stringify({ loaded, dear, loadModel: typeof artist.loadModel, error: new artist.ArtistError('ERR_CONFIG', 'x').code }));`;

/** What import costs, on any machine alike: the files and bytes that are read and compiled. Milliseconds: `npm run bench -- import`. */
const budget = { files: 26, bytes: 640_000, commonJs: 1_150_000 };

/** The files that the main door reaches without a call, of esbuild's metafile. */
function reached(metafile: string): { files: number; bytes: number } {
  const { outputs } = JSON.parse(readFileSync(metafile, 'utf8')) as {
    outputs: Record<string, { bytes: number; entryPoint?: string; imports: { path: string; kind: string; external?: boolean }[] }>;
  };
  const seen = new Set<string>();
  const walk = (name: string): void => {
    if (seen.has(name)) return;
    seen.add(name);
    for (const { path: next, kind, external } of outputs[name]?.imports ?? []) if (kind === 'import-statement' && !external) walk(next);
  };
  walk(Object.keys(outputs).find((name) => outputs[name]?.entryPoint === 'lib/index.ts') ?? '');
  return { files: seen.size, bytes: [...seen].reduce((sum, name) => sum + (outputs[name]?.bytes ?? Number.NaN), 0) };
}

suite('the package from outside', (test) => {
  let project = '';
  const metafile = (): string => path.join(project, 'metafile.json');
  test.before(() => {
    project = makeProject();
    const built = node(root, ['scripts/build.mjs', '--out', path.join(project, 'node_modules/ai-artist/dist'), '--meta', metafile()]);
    is(built.status, 0, built.text);
  });
  test.after(() => rmSync(project, { recursive: true, force: true }));

  for (const [file, flags] of [
    ['consumer.mts', ['--module', 'nodenext']],
    ['consumer.cts', ['--module', 'nodenext']],
    ['consumer.mts', ['--module', 'esnext', '--moduleResolution', 'bundler']],
  ] as const) {
    test(`types: ${file} compiles with ${flags.join(' ')}`, () => {
      const compiled = compile(project, [...flags, file]);
      equal([compiled.status, compiled.text], [0, '']);
    });
  }

  for (const [kind, args] of [
    ['ESM', ['--input-type=module', '-e', probe("const artist = await import('ai-artist');")]],
    ['CommonJS', ['--input-type=commonjs', '-e', probe("const artist = require('ai-artist');")]],
  ] as const) {
    test(`${kind}: loads without the addon, sharp, and what else is needed later`, () =>
      equal(JSON.parse(node(project, args).text), { loaded: [], dear: [], loadModel: 'function', error: 'ERR_CONFIG' }));
  }

  test('what is read and compiled at import is within its budget', () => {
    const { files, bytes } = reached(metafile());
    const commonJs = statSync(path.join(project, 'node_modules/ai-artist/dist/cjs/index.cjs')).size;
    ok(files > 5 && files <= budget.files, `${files} files`);
    ok(bytes > 300_000 && bytes <= budget.bytes, `${bytes} bytes`);
    ok(commonJs <= budget.commonJs, `${commonJs} bytes of CommonJS`);
  });

  test('an error of the library is coded in the built package too', () => {
    const script =
      "const { loadModel } = await import('ai-artist'); await loadModel('/no/such/file.gguf').catch((e) => console.log(e.name, e.code));";
    equal(node(project, ['--input-type=module', '-e', script]).text, 'ArtistError ERR_MODEL_NOT_FOUND');
  });

  for (const [kind, args, load] of [
    ['ESM', '--input-type=module', "const artist = await import('ai-artist');"],
    ['CommonJS', '--input-type=commonjs', "const artist = require('ai-artist');"],
  ] as const) {
    test(`${kind}: schedules without bullmq, and says what a queue on Redis needs`, () => {
      const script = `${load}
        const from = Date.parse('2026-03-28T00:00Z');
        artist.simulateSchedule({ jobs: [{ when: 'daily 02:30', timeZone: 'Europe/Berlin' }], from, to: from + 3 * 86400000 })
          .then(({ jobs }) => console.log(jobs[0].outcomes.done))
          .then(() => artist.openQueue({ driver: 'bullmq', url: 'redis://127.0.0.1:1' }))
          .catch(({ code, message }) => console.log(code, message));`;
      match(
        node(project, [args, '-e', script]).text,
        /^3\nERR_UNSUPPORTED queue: expected the packages bullmq and ioredis .* npm install bullmq ioredis$/,
      );
    });
  }
});
