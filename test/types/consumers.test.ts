/** The package as others see it: built afresh into an empty project, compiled against and loaded from ESM and from CommonJS. */
import { readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { equal, is, match, ok } from 'uvu/assert';
import { suite } from '../harness.ts';
import { doorBudgets } from './door-budgets.ts';
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

interface Outputs {
  readonly [file: string]: { bytes: number; imports: { path: string; kind: string; external?: boolean }[] };
}

/** The files that a door reads without a call, by esbuild's metafile of the ES modules; each is one CommonJS file, too. */
function reached(outputs: Outputs, door: string): string[] {
  const seen = new Set<string>();
  const walk = (name: string): void => {
    if (seen.has(name)) return;
    seen.add(name);
    for (const { path: next, kind, external } of outputs[name]?.imports ?? []) if (kind === 'import-statement' && !external) walk(next);
  };
  walk(Object.keys(outputs).find((name) => name.endsWith(`/esm/${door}.js`)) ?? '');
  return [...seen];
}

const specifierOf = (door: string): string => (door === 'index' ? 'ai-artist' : `ai-artist/${path.basename(door)}`);
const specifiers = Object.keys(doorBudgets).map(specifierOf);

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

  test('what is read and compiled at import is within the budget of each door', () => {
    const { outputs } = JSON.parse(readFileSync(metafile(), 'utf8')) as { outputs: Outputs };
    const cjs = path.join(project, 'node_modules/ai-artist/dist/cjs');
    for (const [door, budget] of Object.entries(doorBudgets)) {
      const files = reached(outputs, door);
      const esm = files.reduce((sum, file) => sum + (outputs[file]?.bytes ?? Number.NaN), 0);
      const twins = files.map((file) => path.join(cjs, file.replace(/^.*?\/esm\//, '').replace(/\.js$/, '.cjs')));
      const bytes = twins.reduce((sum, file) => sum + statSync(file).size, 0);
      const within = files.length <= budget.files && esm <= budget.esm && bytes <= budget.cjs;
      ok(within, `${specifierOf(door)}: ${files.length} files, ${esm} bytes of ES modules, ${bytes} of CommonJS`);
      ok(esm > budget.esm * 0.8 && bytes > budget.cjs * 0.8, `${specifierOf(door)}: lower its budget to what it needs: ${esm}, ${bytes}`);
      const script = `require('${specifierOf(door)}'); console.log(Object.keys(require.cache).filter((file) => file.includes('ai-artist') && file.includes('dist') && file.endsWith('.cjs')).length)`;
      is(node(project, ['--input-type=commonjs', '-e', script]).text, String(files.length), `${door}: CommonJS reads the same files`);
    }
  });

  test('the doors are those of package.json, of lib/doors and of the budgets', () => {
    const { exports, typesVersions } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as {
      exports: Record<string, unknown>;
      typesVersions: { '*': Record<string, unknown> };
    };
    const names = readdirSync(path.join(root, 'lib/doors')).map((file) => path.basename(file, '.ts'));
    equal(Object.keys(exports).sort(), ['.', './package.json', ...names.map((name) => `./${name}`)].sort());
    equal(Object.keys(typesVersions['*']).sort(), names.sort());
    equal([...specifiers].sort(), ['ai-artist', ...names.map((name) => `ai-artist/${name}`)].sort());
  });

  for (const [kind, args, load] of [
    ['ESM', '--input-type=module', 'await Promise.all(names.map((name) => import(name)))'],
    ['CommonJS', '--input-type=commonjs', 'names.map((name) => require(name))'],
  ] as const) {
    test(`${kind}: each value has one sub-path, and is the same value in the main door`, () => {
      const script = `const names = ${JSON.stringify(specifiers)}; const [main, ...doors] = ${load};
        const values = doors.flatMap((door) => Object.entries(door));
        const places = new Map(values);
        const own = Object.keys(main).filter((name) => places.get(name) !== main[name]);
        console.log(JSON.stringify([values.length - places.size, Object.keys(main).length, own]));`;
      // The main door loads the code of an artist when it is called.
      equal(JSON.parse(node(project, [args, '-e', script]).text), [0, 25, ['createArtist']]);
    });

    test(`${kind}: doors share the error class, the engine and the lines it writes`, () => {
      const script = `const names = ['ai-artist', 'ai-artist/core', 'ai-artist/engine', 'ai-artist/gallery', 'ai-artist/train'];
        (async () => {
          const [main, core, engine, gallery, train] = ${load};
          const lines = [];
          core.onEngineLine('debug', (line) => lines.push(line));
          const model = await main.loadModel();
          const damaged = await train.readTrainingLog('/no/such/log').catch((error) => error);
          const absent = await new gallery.Gallery({ folder: 'none' }).get('01ARZ3NDEKTSV4RRFFQ69G5FAV').catch((error) => error);
          console.log(JSON.stringify([lines.length > 0, model instanceof engine.Model, [damaged, absent].map((error) => error instanceof main.ArtistError)]));
          await model.dispose();
        })();`;
      equal(JSON.parse(node(project, [args, '-e', script]).text), [true, true, [true, true]]);
    });
  }

  test('ESM and CommonJS in one process share the engine, and know the errors of each other', () => {
    const script = `import { createRequire } from 'node:module'; import { ArtistError, isArtistError, loadModel, versions } from 'ai-artist';
      const other = createRequire(import.meta.url)('ai-artist/engine');
      const error = await other.loadModel('/no/such/file.gguf').catch((error) => error);
      const models = await Promise.all([loadModel(), other.loadModel()]);
      for (const model of models) await model.dispose();
      const addons = process.report.getReport().sharedObjects.filter((file) => /ai.artist.*\\.node/.test(file));
      console.log(JSON.stringify([addons.length, isArtistError(error, 'ERR_MODEL_NOT_FOUND'), error instanceof ArtistError]));`;
    equal(JSON.parse(node(project, ['--input-type=module', '-e', script]).text), [1, true, false]);
  });

  test('an error of the library is coded in the built package too', () => {
    const script =
      "const { loadModel } = await import('ai-artist'); await loadModel('/no/such/file.gguf').catch((e) => console.log(e.name, e.code));";
    equal(node(project, ['--input-type=module', '-e', script]).text, 'ArtistError ERR_MODEL_NOT_FOUND');
  });

  for (const [kind, args, load] of [
    ['ESM', '--input-type=module', "const schedule = await import('ai-artist/schedule');"],
    ['CommonJS', '--input-type=commonjs', "const schedule = require('ai-artist/schedule');"],
  ] as const) {
    test(`${kind}: says what signing and reading manifests need`, () => {
      const script = `${load.replaceAll('schedule', 'provenance')}
        const png = Buffer.from('89504e470d0a1a0a0000000d4948445200000001', 'hex');
        provenance.openIdentity({ home: 'a-home' })
          .then((identity) => provenance.signPicture(png, identity))
          .catch(({ code, message }) => console.log(code, message))
          .then(() => provenance.readManifest(png))
          .catch(({ code, message }) => console.log(code, message));`;
      match(node(project, [args, '-e', script]).text, /^(ERR_UNSUPPORTED .* npm install @contentauth\/c2pa-wasm\n?){2}$/);
    });
    test(`${kind}: schedules without bullmq, and says what a queue on Redis needs`, () => {
      const script = `${load}
        const from = Date.parse('2026-03-28T00:00Z');
        schedule.simulateSchedule({ jobs: [{ when: 'daily 02:30', timeZone: 'Europe/Berlin' }], from, to: from + 3 * 86400000 })
          .then(({ jobs }) => console.log(jobs[0].outcomes.done))
          .then(() => schedule.openQueue({ driver: 'bullmq', url: 'redis://127.0.0.1:1' }))
          .catch(({ code, message }) => console.log(code, message));`;
      match(
        node(project, [args, '-e', script]).text,
        /^3\nERR_UNSUPPORTED queue: expected the packages bullmq and ioredis .* npm install bullmq ioredis$/,
      );
    });
  }
});
