/** The page of docs/results: a table of the contributed files, and two of them compared. scripts/generate.mjs writes it. */
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import {
  type BenchResult,
  compareResults,
  figuresOf,
  markdownOf,
  nameOf,
  othersBusy,
  readResult,
  spreadText,
  suiteVersion,
  svgOf,
} from '../../lib/bench/index.ts';

/** Columns: the figure of a task, and its heading. */
const columns: readonly [task: string, figure: string, heading: string][] = [
  ['paint/mini-128', 'steps', 'painting 128 px, it/s'],
  ['paint/mini-256', 'pictures', '256 px, pictures/min'],
  ['paint/mini-256', 'energy', '256 px, J'],
  ['train/mini-128', 'step', 'training, s a step'],
  ['train/sd15-512', '2000 such steps', 'SD 1.5 at 512 px, min of 2,000 steps'],
  ['upscale/x4-128', 'one picture', 'x4 to 512 px, s'],
  ['clip/mini-8', 'pictures', 'CLIP, pictures/s'],
  ['gallery/works-2000', 'searches', 'searches/s'],
  ['start/first-picture', 'first picture', 'start, s'],
];

/** The files that are compared as an example: the same machine with other settings. */
const example = ['xeon-amx-2-cores.json', 'xeon-amx-2-cores-2-threads.json'] as const;

const escaped = (text: string): string => text.replace(/[\\|<>`*_[\]]/g, '\\$&');

export interface Contribution {
  readonly file: string;
  readonly result: BenchResult;
}

/** All result files of a folder, by name. @throws ArtistError every error of readResult() */
export async function contributions(folder: string): Promise<Contribution[]> {
  const files = (await readdir(folder)).filter((name) => name.endsWith('.json')).sort();
  return Promise.all(files.map(async (file) => ({ file, result: await readResult(path.join(folder, file)) })));
}

/** Names of files say the hardware; contents name no places of the machine. @returns what is wrong with them */
export function faultsOf({ file, result }: Contribution): string[] {
  const places = /(?<!\w)(?:\/(?:home|Users|root|tmp|private|var|opt|work|mnt)\/|[A-Za-z]:\\)/.exec(JSON.stringify(result));
  return [
    ...(/^[a-z0-9]+(-[a-z0-9]+)*\.json$/.test(file) ? [] : [`${file}: expected a name of the hardware such as macbook-pro-m4.json`]),
    ...(places ? [`${file}: expected no paths, got ${places[0]}`] : []),
    ...(result.isPartial ? [`${file}: expected a whole run, got a partial one`] : []),
  ];
}

function rowOf({ file, result }: Contribution): string {
  const { machine, engine, createdAt, build, probe, tasks } = result;
  const figures = new Map(
    tasks.flatMap((task) => figuresOf(task, probe)).map(({ task, name, spread }) => [`${task} ${name}`, spreadText(spread)]),
  );
  const options = Object.entries(engine).map(([name, value]) => `${name} ${value}`);
  const cells = [
    `[${escaped(nameOf(result))}](${file})`,
    escaped(machine.cpu),
    escaped(options.join(', ') || 'default'),
    `${createdAt.slice(0, 10)}, ${escaped(build.version)}`,
    `${Math.round(othersBusy(tasks) * 100)} %`,
    ...columns.map(([task, figure]) => figures.get(`${task} ${figure}`) ?? '–'),
  ];
  return `| ${cells.join(' | ')} |`;
}

function tableOf(all: readonly Contribution[], version: number): string[] {
  const rows = all.filter(({ result }) => result.suite.version === version).map(rowOf);
  const head = ['machine', 'processor', 'options', 'measured', 'others busy', ...columns.map(([, , heading]) => heading)];
  return [`## Suite ${version}`, `| ${head.join(' | ')} |`, `|${head.map(() => '---').join('|')}|`, ...rows, ''];
}

/** The page and the charts of its example, by file name. @throws ArtistError every error of readResult() and compareResults() */
export async function resultPages(folder: string): Promise<Record<string, string>> {
  const all = await contributions(folder);
  const versions = [...new Set([suiteVersion, ...all.map(({ result }) => result.suite.version)])].sort((a, b) => b - a);
  const compared = example.flatMap((name) => all.find(({ file }) => file === name)?.result ?? []);
  const comparison = compareResults(compared);
  const page = `<!-- Generated from the files beside it by bench/results/page.ts: npm run generate -->
# Results

Files that \`ai-artist bench\` wrote on machines of contributors: median [quartiles]. What they measure: [bench.md](../bench.md).

To add yours: \`ai-artist bench --label "MacBook Pro M4" --out docs/results/macbook-pro-m4.json\` on a quiet machine, \`npm run generate\`, and a pull request with the file and this page.
Name the file by its hardware. It has no paths, names or addresses; \`npm test\` looks for them.

*Others busy* is the largest share of the processors that other programs used during a repeat: above 10 %, the figures are not those of a quiet machine.

${versions.flatMap((version) => tableOf(all, version)).join('\n')}
## Example: one machine, other settings
\`ai-artist bench compare ${example.join(' ')}\`, made in this folder:

${markdownOf(comparison, 'example.svg')}`;
  return { 'README.md': page, 'example.svg': svgOf(comparison) };
}
