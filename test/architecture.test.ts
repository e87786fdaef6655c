import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { equal, match, ok } from 'uvu/assert';
import { suite } from './harness.ts';
import { checkNative, checkTypeScript, importsOf, libArrows, listFiles, nativeArrows, readText } from './support/arrows.ts';
import { blockingCalls, served } from './support/blocking.ts';
import { checkRoom, longFunctions, nativeRooms, ownIncludes } from './support/native-rooms.ts';
import { circles, crowds, fileAccessInBin, homeJoins, importCircles, longCommands, looseInBin, secondDoors } from './support/rooms.ts';
import { checkWeb } from './support/web-rooms.ts';
import { unusedTexts } from './support/web-texts.ts';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const manifest = JSON.parse(readText(root, 'package.json')) as Record<'dependencies' | 'peerDependencies', Record<string, string>>;
const dependencies = [...Object.keys(manifest.dependencies), ...Object.keys(manifest.peerDependencies)];
const nativeFiles = listFiles(root, 'native', /\.(cpp|h|mm)$/).filter((file) => !file.startsWith('native/vendor/'));
const own = new Set(nativeFiles.map((file) => file.slice('native/'.length)));

suite('the check itself', (test) => {
  const forbidden: [string, string, RegExp][] = [
    ['lib/core/a.ts', "import { x } from '../engine/index.ts';", /no arrow from core to engine/],
    ['lib/image/a.ts', "import type { X } from '../models/index.ts';", /no arrow from image to models/],
    ['lib/gallery/a.ts', "const { loadModel } = await import('../engine/index.ts');", /no arrow from gallery to engine/],
    ['lib/gallery/a.ts', "export * from '../engine/index.ts';", /no arrow from gallery to engine/],
    ['lib/engine/options/a.ts', "import { x } from '../../artist/index.ts';", /no arrow from engine to artist/],
    ['lib/engine/a.ts', "import {\n  a,\n  b,\n} from '../image/pixels.ts';", /goes around the door image\/index\.ts/],
    ['lib/engine/a.ts', "import { x } from '../index.ts';", /no arrow from engine to index/],
    ['lib/engine/a.ts', "import { x } from '../doors/image.ts';", /no arrow from engine to doors/],
    ['bin/commands/a.ts', "import { x } from '../../lib/index.ts';", /no arrow from bin to index/],
    ['lib/engine/a.ts', "import { main } from '../../bin/shell/main.ts';", /no arrow from engine to bin/],
    ['lib/helpers/a.ts', 'export const x = 1;', /helpers is not in the picture/],
    ['lib/engine/a.ts', "import leftPad from 'left-pad';", /left-pad is not among the dependencies/],
    ['lib/engine/a.ts', "import x from '@scope/name/deep';", /@scope\/name is not among the dependencies/],
    ['lib/engine/a.ts', "require('../build/Release/ai_artist.node')", /may load the \.node file/],
    ['lib/engine/a.ts', "import { createRequire } from 'node:module';\ncreateRequire(root)('x.node');", /may load the \.node file/],
    ['bin/shell/main.ts', 'process.dlopen(module, file)', /may load the \.node file/],
  ];
  for (const [file, text, says] of forbidden) {
    test(`refuses ${JSON.stringify(text)} in ${file}`, () => match(checkTypeScript(file, text, dependencies).join('\n'), says));
  }
  const forbiddenNative: [string, string, RegExp][] = [
    ['native/engine/a.cpp', '#include <napi.h>', /only native\/binding may include napi\.h/],
    ['native/engine/a.cpp', '#include "binding/arguments.h"', /no arrow from engine to binding/],
    ['native/clip/a.cpp', '#include "train/tape.h"', /no arrow from clip to train/],
    ['native/engine/a.h', 'Napi::Value read();', /no Napi type/],
    ['native/common/a.h', 'int x;', /common is not in the picture/],
  ];
  for (const [file, text, says] of forbiddenNative) {
    const known = new Set(['binding/arguments.h', 'train/tape.h']);
    test(`refuses ${text} in ${file}`, () => match(checkNative(file, text, known).join('\n'), says));
  }
  test('allows what the picture shows', () => {
    equal(checkTypeScript('lib/engine/a.ts', "import { x } from '../image/index.ts';\n// import '../artist/index.ts'", dependencies), []);
    equal(
      checkNative('native/binding/a.cpp', '#include <napi.h>\n#include "engine/job.h"\n#include <string>', new Set(['engine/job.h'])),
      [],
    );
  });
  test('allows a list of places where the addon may lie', () =>
    equal(checkTypeScript('lib/engine/addon/binary.ts', "const file = 'build/Release/ai_artist.node';", dependencies), []));
  test('finds every form of import', () => {
    const text =
      "import a, { type B } from 'a';import 'b';\nexport { c } from 'c';\nconst d = await import('d'); require('e');\n/* import 'x' */ const url = 'https://y';";
    equal(importsOf(text).sort(), ['a', 'b', 'c', 'd', 'e']);
  });
});

suite('one-way imports', (test) => {
  test('lib and bin', () => {
    const files = [...listFiles(root, 'lib', /\.ts$/), ...listFiles(root, 'bin', /\.ts$/)];
    ok(files.length > 20, `only ${files.length} files found`);
    equal(
      files.flatMap((file) => checkTypeScript(file, readText(root, file), dependencies)),
      [],
    );
  });
  test('native', () => {
    ok(nativeFiles.length > 10, `only ${nativeFiles.length} files found`);
    equal(
      nativeFiles.flatMap((file) => checkNative(file, readText(root, file), own)),
      [],
    );
  });
  test('every folder of lib has its door', () => {
    const folders = new Set(
      listFiles(root, 'lib', /\.ts$/)
        .map((file) => file.split('/')[1] ?? '')
        .filter((name) => !name.endsWith('.ts') && name !== 'doors'),
    );
    equal(
      [...folders].filter((folder) => !existsSync(path.join(root, 'lib', folder, 'index.ts'))),
      [],
    );
  });
  test('docs/architecture.md names every folder of the picture', () => {
    const page = readText(root, 'docs/architecture.md');
    const names = [...Object.keys(libArrows), ...Object.keys(nativeArrows)];
    equal(
      names.filter((name) => !new RegExp(`\\b${name}(/|\\.ts|\\b)`).test(page)),
      [],
    );
  });
});

const sources = [...listFiles(root, 'lib', /\.ts$/), ...listFiles(root, 'bin', /\.ts$/)];

suite('the page', (test) => {
  const files = listFiles(root, 'web', /\.tsx?$/);
  const { devDependencies } = JSON.parse(readText(root, 'package.json')) as { devDependencies: Record<string, string> };
  const packages = Object.keys(devDependencies);
  test('imports its own files, types of the library, and packages', () => {
    ok(files.length > 20, `only ${files.length} files found`);
    equal(
      files
        .filter((file) => !/^web\/vite\.(site\.)?config\.ts$/.test(file))
        .flatMap((file) => checkWeb(root, file, readText(root, file), packages)),
      [],
    );
  });
  test('has no circles, crowded folders or long files', () => {
    const texts = new Map(files.map((file) => [file, readText(root, file)]));
    equal(importCircles(texts), []);
    equal(crowds(files), []);
    equal(
      [...texts].filter(([, text]) => text.split('\n').length > 400).map(([file]) => file),
      [],
    );
  });
  test('uses each of its texts', () => {
    const keys = Object.keys(JSON.parse(readText(root, 'web/texts/en.json')) as object);
    ok(keys.length > 1000, `only ${keys.length} texts found`);
    equal(
      unusedTexts(
        keys,
        files.map((file) => readText(root, file)),
      ),
      [],
    );
    const source = "t('a.one'); t(`a.$" + "{'two'}`); t(`a.kind.$" + '{kind}`); t(`c.$' + "{'three'}.about`)";
    equal(unusedTexts(['a.one', 'a.two', 'a.kind.b', 'a.four', 'b.one', 'c.three', 'c.three.about'], [source]), [
      'a.four',
      'b.one',
      'c.three',
    ]);
  });
  test('the check sees what it is to see', () => {
    const refused = (text: string) => checkWeb(root, 'web/gallery/a.ts', text, ['preact']).length;
    equal(
      [
        "import { x } from 'preact/hooks';",
        "import type { Scope } from '../../lib/server/context.ts';",
        "import { pagePaths } from '../../lib/server/page/paths.ts';",
        "import { startServer } from '../../lib/server/app/server.ts';",
        "import x from 'left-pad';",
        "import { x } from '../../bin/shell/main.ts';",
      ].map(refused),
      [0, 0, 0, 1, 1, 1],
    );
  });
});

suite('rooms', (test) => {
  test('no files import each other, types counted', () => {
    equal(importCircles(new Map(sources.map((file) => [file, readText(root, file)]))), []);
  });
  test('no folder is crowded', () => equal(crowds(sources), []));
  test('each folder of lib has one door', () => equal(secondDoors(sources), []));
  test('the checks see what they are to see', () => {
    const files = {
      'lib/a/x.ts': "import type { Y } from './y.ts';",
      'lib/a/y.ts': "export { z } from '../b/z.ts';",
      'lib/b/z.ts': "import '../a/x.ts';",
    };
    equal(importCircles(new Map(Object.entries(files))), ['lib/a/x.ts -> lib/a/y.ts -> lib/b/z.ts -> lib/a/x.ts']);
    equal(crowds(Array.from({ length: 16 }, (_, at) => `lib/a/${at}.ts`)), ['lib/a: 16 files']);
    equal(secondDoors(['lib/index.ts', 'lib/a/index.ts', 'lib/a/b/index.ts', 'bin/index.ts']), ['lib/a/b/index.ts', 'bin/index.ts']);
  });
});

/** Files that only list commands; each has a line or two there. */
const commandLists = {
  'bin/commands/table.ts': 'the list of all commands',
  'bin/commands/gallery/gallery.ts': 'the list of the commands of the gallery',
};

suite('bin and the home', (test) => {
  const texts = new Map(sources.map((file) => [file, readText(root, file)]));
  test('a command declares, calls and prints in 60 lines', () => equal(longCommands(texts, commandLists), []));
  test('bin leaves files to lib', () => equal(fileAccessInBin(texts), []));
  test('only the entries lie beside the folders of bin', () => equal(looseInBin(sources), []));
  test('paths of a home come from Home', () => equal(homeJoins(texts), []));

  const forbidden = [
    "const file = join(home, 'x.json');",
    "const file = path.join(this.#home, 'x.json');",
    "path.join(config.home, 'x')",
    "join(homeFolder(given), 'x')",
    'resolve(homeOf(given).folder, name)',
    "join(folder, 'state', 'queue.json')",
    "path.join(root, 'taste.json')",
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the text of a program
    'const file = `${home}/state`;',
  ];
  for (const line of forbidden) test(`refuses ${line}`, () => equal(homeJoins(new Map([['lib/a/a.ts', line]])), [`lib/a/a.ts: ${line}`]));
  for (const line of ["join(packageRoot(), 'models')", "join(homedir(), '.config')", "// join(home, 'x')", 'resolve(home)'])
    test(`allows ${line}`, () => equal(homeJoins(new Map([['lib/a/a.ts', line]])), []));
  test('the checks of bin see what they are to see', () => {
    const long = 'x;\n'.repeat(61);
    const files = new Map([
      ['bin/commands/a.ts', long],
      ['bin/commands/b.ts', 'x;\n'.repeat(60)],
      ['bin/print/c.ts', `import { stat } from 'node:fs/promises';\n${long}`],
    ]);
    equal(longCommands(files), ['bin/commands/a.ts: 61 lines']);
    equal(longCommands(files, { 'bin/commands/a.ts': 'a list' }), []);
    equal(fileAccessInBin(files), ['bin/print/c.ts']);
    equal(looseInBin(['bin/ai-artist.ts', 'bin/ai-artist-gallery.ts', 'bin/print/a.ts', 'bin/metrics.ts']), ['bin/metrics.ts']);
  });
});

/** Files of the server that hash on the event loop, and what. */
const hashesShortTexts = {
  'lib/server/auth/tokens.ts': 'a token',
  'lib/server/openapi/routes.ts': 'the style of the page, once',
  'lib/server/api/changes/work-change.ts': 'the fields of one work that clients change',
  'lib/hooks/signature.ts': 'the body of a webhook, which has ids and no pictures',
  'lib/server/openai/links.ts': 'the address of a picture',
  'lib/server/auth/sign-in-codes.ts': 'a code',
  'lib/server/shares/share-book.ts': 'the secret of a link',
  'lib/server/api/figures/routes.ts': 'an answer, once for each state of the gallery',
  'lib/server/page/assets.ts': 'the files of the page, when the server starts',
};

const packsShortTexts = { 'lib/server/app/compression.ts': 'JSON and feeds of at most 256 kB, for clients of other machines' };

suite('nothing in a server waits for another request', (test) => {
  const texts = new Map(sources.map((file) => [file, readText(root, file)]));
  test('no file of the server, of the gallery or of what runs for months calls what stops the event loop', () =>
    equal(blockingCalls(texts, hashesShortTexts, packsShortTexts), []));
  test('the check sees all of these files', () => {
    const seen = served.map((folder) => sources.filter((file) => file.startsWith(folder)).length);
    const floors = [120, 45, 15];
    ok(
      floors.every((floor, at) => (seen[at] ?? 0) >= floor),
      `${served}: expected at least ${floors} files, got ${seen}`,
    );
    equal(
      Object.keys(hashesShortTexts).filter((file) => !/createHash|createHmac/.test(texts.get(file) ?? '')),
      [],
      'they hash no more',
    );
  });
  for (const line of [
    "import { existsSync } from 'node:fs';",
    'const text = fs.readFileSync(path);',
    "import { gzip } from 'node:zlib';",
    "const { gzip } = await import('node:zlib');",
    "import { createHash } from 'node:crypto';",
    "import { createHmac, randomBytes } from 'node:crypto';",
    'Atomics.wait(flag, 0, 0);',
    'const key = scryptSync(password, salt, 32);',
    "import { zipSync } from 'fflate';",
  ])
    test(`refuses ${line}`, () => equal(blockingCalls(new Map([['lib/server/api/a.ts', line]])), [`lib/server/api/a.ts: ${line}`]));
  for (const line of [
    "import { readFile } from 'node:fs/promises';",
    '// readFileSync',
    "import { randomUUID, webcrypto } from 'node:crypto';",
  ])
    test(`allows ${line}`, () => equal(blockingCalls(new Map([['lib/server/api/a.ts', line]])), []));
});

/** Lines of lib/ and bin/, with their files, that match and are not allowed where they stand. */
function linesWith(pattern: RegExp, allowed: Readonly<Record<string, string>>): string[] {
  const files = [...listFiles(root, 'lib', /\.ts$/), ...listFiles(root, 'bin', /\.ts$/)];
  return files
    .filter((file) => allowed[file] === undefined)
    .flatMap((file) =>
      readText(root, file)
        .split('\n')
        .filter((line) => !/^\s*(\*|\/\/|\/\*)/.test(line) && pattern.test(line))
        .map((line) => `${file}: ${line.trim()}`),
    );
}

suite('doors', (test) => {
  test('a door lists what it exports, and has no code', () => {
    const others = listFiles(root, 'lib/doors', /\.ts$/).filter(
      (file) => !/^\/\*\* `ai-artist\/\w+`: .*\n\n(export (type )?\{[^}]*\} from '\.\.\/\w+\/index\.ts';\n)+$/.test(readText(root, file)),
    );
    equal(others, []);
  });
  test('own files are imported where the file begins', () => {
    const allowed = {
      'lib/index.ts': 'an artist reaches almost the whole library',
      'lib/engine/addon/engine.ts': 'isolation loads node:child_process and node:net',
    };
    equal(
      linesWith(/\bimport\(['"`]\.{1,2}\//, allowed).filter((line) => line.startsWith('lib/')),
      [],
    );
  });
});

suite('nothing foreign is removed or overwritten', (test) => {
  test('folders are removed with what is in them in one file', () => {
    const allowed = { 'lib/core/files/replace-folder.ts': 'removeTree() and replaceFolder(), which decide' };
    equal(linesWith(/\brm(Sync)?\([^)]*recursive|\brmSync\b|\brmdirSync\b|\bcp(Sync)?\(|fs-extra|rimraf/, allowed), []);
  });
  test('a command writes by writeOutput(), which asks, or by a function of lib that does', () => {
    const allowed = { 'bin/commands/config/init.ts': 'config.yaml and its schema are records of the home' };
    // `rename` is a word of the command line, too: imported or called, it is the function.
    const writers =
      /\b(writeFileAtomic|writeFile(Sync)?|createWriteStream|copyFile(Sync)?|rename(Sync|Over)|appendFile(Sync)?)\b|\brename\s*[(,}]|\brename as\b/;
    equal(
      linesWith(writers, allowed).filter((line) => line.startsWith('bin/')),
      [],
    );
  });
});

suite('rooms of native/', (test) => {
  test('each folder has few files', () => {
    equal(crowds(Array.from({ length: 16 }, (_, i) => `train/graph/${i}.h`)), ['train/graph: 16 files']);
    equal(crowds(own), []);
  });
  test('rooms include each other one way', () => {
    const known = new Set(['train/graph/train_graph.h', 'train/autodiff/autodiff.h']);
    match(
      checkRoom('train/graph/a.h', '#include "train/autodiff/autodiff.h"', known).join('\n'),
      /no arrow from train\/graph to train\/autodiff/,
    );
    match(checkRoom('train/tools/a.h', '', known).join('\n'), /train\/tools is not in test\/support\/native-rooms/);
    equal(checkRoom('train/autodiff/a.cpp', '#include "train/graph/train_graph.h"\n#include "ggml.h"', known), []);
    equal(
      [...own].flatMap((file) => checkRoom(file, readText(root, `native/${file}`), own)),
      [],
    );
    equal(circles(new Map(Object.entries(nativeRooms))), []);
  });
  test('files do not include each other in a circle', () => {
    equal(
      circles(
        new Map([
          ['a.h', ['b.h']],
          ['b.h', ['c.h']],
          ['c.h', ['b.h']],
        ]),
      ),
      ['b.h -> c.h -> b.h'],
    );
    equal(circles(new Map([...own].map((file) => [file, ownIncludes(readText(root, `native/${file}`), own)]))), []);
  });
  test('files have at most 400 lines, functions at most 60', () => {
    const long = ['namespace {', 'int f() {', ...Array.from({ length: 60 }, () => '    g();'), '}', '}  // namespace'].join('\n');
    equal(longFunctions(long, 60), ['62 lines: int f() {']);
    equal(longFunctions(long, 62), []);
    equal(
      [...own].flatMap((file) => {
        const text = readText(root, `native/${file}`);
        const lines = text.split('\n').length - 1;
        return [...(lines > 400 ? [`${lines} lines`] : []), ...longFunctions(text, 60)].map((problem) => `${file}: ${problem}`);
      }),
      [],
    );
  });
  test('docs/native.md names every room', () => {
    const page = readText(root, 'docs/native.md');
    equal(
      Object.keys(nativeRooms).filter((room) => !page.includes(`\`native/${room}/\``)),
      [],
    );
  });
});
