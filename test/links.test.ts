import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { equal } from 'uvu/assert';
import { suite } from './harness.ts';

const script = path.join(path.dirname(path.dirname(fileURLToPath(import.meta.url))), 'scripts/check-links.mjs');

/** What the check says of a repository with this page as README.md, beside docs/guide.md with two headings "Set-up" and a file lib/a.ts. */
function check(page: string): { status: number | null; faults: string[] } {
  const folder = mkdtempSync(path.join(tmpdir(), 'ai-artist-links-'));
  try {
    spawnSync('git', ['init', '--quiet'], { cwd: folder });
    mkdirSync(path.join(folder, 'docs'));
    mkdirSync(path.join(folder, 'lib'));
    writeFileSync(path.join(folder, 'lib/a.ts'), '');
    writeFileSync(path.join(folder, 'package.json'), '{"scripts":{"build":"true"}}');
    writeFileSync(path.join(folder, 'docs/guide.md'), '# Guide: `run` & more\n## Set-up\n## Set-up\n');
    writeFileSync(path.join(folder, 'README.md'), page);
    const { status, stderr } = spawnSync(process.execPath, [script, folder], { encoding: 'utf8' });
    return { status, faults: stderr.trim() === '' ? [] : stderr.trim().split('\n') };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

suite('links of Markdown pages', (test) => {
  const broken: [page: string, fault: string][] = [
    ['[a](docs/none.md)', 'docs/none.md does not exist'],
    ['![a picture](none.png "title")', 'none.png does not exist'],
    ['<img src="none.png">', 'none.png does not exist'],
    ['[a]: docs/none.md', 'docs/none.md does not exist'],
    ['[a](docs/guide.md#none)', 'docs/guide.md#none: the page has no such heading'],
    ['[a](docs/guide.md#set-up-2)', 'docs/guide.md#set-up-2: the page has no such heading'],
    ['[a](#none)', '#none: the page has no such heading'],
    ['[a](../outside.md)', '../outside.md leaves the repository'],
    ['`npm run none`', 'npm run none: package.json has no such script'],
    ['see `lib/none.ts`', 'lib/none.ts does not exist'],
  ];
  for (const [page, fault] of broken) {
    test(`${page} is a fault`, () => equal(check(`# Title\n\n${page}\n`), { status: 1, faults: [`README.md:3: ${fault}`] }));
  }
  const whole = [
    '[a](docs/guide.md)',
    '[a](docs/guide.md#guide-run--more)',
    '[a](docs/guide.md#set-up-1)',
    '[a](#title)',
    '[a](https://example.com/none.md) <mailto:a@example.com>',
    '`[a](none.md)`',
    '```\n[a](none.md)\n```',
    '`npm run build` and `lib/a.ts`, `native/patches/NNNN-name.patch`',
  ];
  for (const page of whole) test(`${JSON.stringify(page)} is none`, () => equal(check(`# Title\n\n${page}\n`), { status: 0, faults: [] }));
});
