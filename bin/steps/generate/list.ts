/** `generate --prompts`: pictures for each line of a list, as files. Files that are there are not painted again, so that a stop loses little. */
import path from 'node:path';
import { atLine, type PromptLine, paintingOf } from '../../../lib/artist/index.ts';
import type { LoadedConfig } from '../../../lib/config/index.ts';
import { ArtistError, display, errorLine, isArtistError, kindOfPlace } from '../../../lib/core/index.ts';
import {
  checkGenerate,
  type GenerateOptions,
  type LoadModelOptions,
  loadModel,
  type Model,
  optionTables,
} from '../../../lib/engine/index.ts';
import { settingsLine, withTuned } from '../../../lib/tune/index.ts';
import { generateFlags } from '../../flags/generate-flags.ts';
import { modelFlags } from '../../flags/model-flags.ts';
import { promptListOf } from '../../flags/prompt-text.ts';
import { batchNames, checkOutput, inFolder, pictureEndings, slug } from '../../print/output-file.ts';
import { isStream } from '../../print/picture-stream.ts';
import { seconds, watchWork } from '../../print/progress.ts';
import type { Context, Outcome } from '../../shell/run.ts';
import { t } from '../../texts/texts.ts';
import type { AskedValues } from './asked.ts';
import { checkQuality, encodingOf, type OutputValues, previewOf, type SavedPicture } from './output.ts';

type ListValues = AskedValues & OutputValues & { prompts: string };

/** What a line paints. */
interface Line {
  line: number;
  load: LoadModelOptions;
  options: GenerateOptions;
  /** A file for each of its pictures. */
  files: string[];
  /** Those that are not there yet, or are replaced. */
  missing: string[];
}

interface SavedLine extends SavedPicture {
  line: number;
}

const invalid = (message: string): ArtistError => new ArtistError('ERR_INVALID_ARGUMENT', message);

/** The names of a line: {line}, {prompt}, {seed} and {index} filled in. */
function filesOf(pattern: string, { line, options }: Omit<Line, 'files' | 'missing'>, digits: number): string[] {
  const { prompt = '', seed, batchCount = 1 } = options;
  if (seed === undefined && pattern.includes('{seed}'))
    throw invalid('out: expected {line} or {prompt} in the name of pictures whose seed is drawn, got {seed}. Or give --seed');
  const own = pattern.replaceAll('{line}', String(line).padStart(digits, '0')).replaceAll('{prompt}', slug(prompt));
  return batchNames(
    own,
    Array.from({ length: batchCount }, (_, index) => (seed ?? 0) + index),
  );
}

/** One line over the command's own options and the settings. */
function settingOf({ options: given }: PromptLine, values: ListValues, settings: LoadedConfig): Pick<Line, 'load' | 'options'> {
  const { out: _, ...own } = given;
  const isLoaded = ([name]: [string, unknown]): boolean => name in optionTables.loadModel;
  const load = { ...modelFlags.optionsOf(values), ...Object.fromEntries(Object.entries(own).filter(isLoaded)) };
  const options: GenerateOptions = {
    ...generateFlags.optionsOf(values),
    ...Object.fromEntries(Object.entries(own).filter((one) => !isLoaded(one))),
  };
  if (options.prompt === undefined || (options.prompt.trim() === '' && options.initImage === undefined))
    throw invalid(`prompt: expected what to paint, got ${options.prompt === undefined ? 'none' : display(options.prompt)}`);
  return paintingOf(settings, load, options);
}

/** Every line of the list, checked before the first is painted. @throws ArtistError with the line */
async function linesOf(values: ListValues, context: Context): Promise<Line[]> {
  const { name, lines: given } = await promptListOf(values.prompts, 'generate');
  const settings = await context.config();
  const pattern = await inFolder(values.out ?? './', '{line}-{prompt}.png');
  const digits = String(given.at(-1)?.line ?? 1).length;
  const users = new Map<string, number>();
  const lines: Line[] = [];
  for (const one of given) {
    const { line } = one;
    try {
      const asked = { line, ...settingOf(one, values, settings) };
      const files = filesOf((one.options['out'] as string | undefined) ?? pattern, asked, digits);
      for (const file of files) {
        const other = users.get(path.resolve(file));
        if (other !== undefined) throw invalid(`out: expected another file than line ${other}, got ${file}. Put {line} into the name`);
        users.set(path.resolve(file), line);
        await checkOutput(file, { force: true, endings: pictureEndings, inputs: [] });
      }
      const places = await Promise.all(files.map(async (file) => ({ file, kind: await kindOfPlace(file) })));
      const missing = places.filter(({ kind }) => values.force || kind === 'nothing').map(({ file }) => file);
      if (missing.length > 0) await checkGenerate(asked.load, asked.options);
      lines.push({ ...asked, files, missing });
    } catch (error) {
      throw atLine(name, line, error);
    }
  }
  return lines;
}

/** The model of the line before, while lines ask for the same. */
class LoadedModel {
  #key = '';
  #model: Model | undefined;

  async for(load: LoadModelOptions, open: () => Promise<Model>): Promise<Model> {
    const key = JSON.stringify(load);
    if (this.#model && key === this.#key) return this.#model;
    await this.dispose();
    this.#model = await open();
    this.#key = key;
    return this.#model;
  }

  async dispose(): Promise<void> {
    const model = this.#model;
    this.#model = undefined;
    await model?.dispose();
  }
}

class ListPainter {
  readonly #values: ListValues;
  readonly #context: Context;
  readonly #loaded = new LoadedModel();
  readonly #shown;
  #settings = '';

  constructor(values: ListValues, context: Context) {
    this.#values = values;
    this.#context = context;
    this.#shown = watchWork(context);
  }

  /** Only the files that are missing are written. */
  async paint({ line, missing, files, ...asked }: Line): Promise<SavedLine[]> {
    const { signal, home, warn } = this.#context;
    const mode = this.#values.tuned ?? (await this.#context.config()).config.tuned;
    const { load, options, tuned } = await withTuned(asked, { mode, home, isolate: asked.load.isolate, warn });
    const settings = tuned ? settingsLine(tuned) : '';
    if (settings !== '' && settings !== this.#settings) this.#context.note(settings);
    this.#settings = settings;
    const model = await this.#loaded.for(load, () => loadModel({ ...load, signal, onProgress: this.#shown.on }));
    const preview = previewOf(options, this.#context);
    const { images, seeds } = await model.generate({
      ...options,
      signal,
      onProgress: (event) => {
        this.#shown.on(event);
        if (event.type === 'preview') preview?.show(event.image);
      },
    });
    await preview?.drawn();
    signal.throwIfAborted();
    const saved: SavedLine[] = [];
    for (const [index, image] of images.entries()) {
      const file = files[index] ?? '';
      if (!missing.includes(file)) continue;
      const { path: place, bytes } = await image.save(file, { overwrite: this.#values.force === true, ...encodingOf(this.#values) });
      saved.push({ line, path: place, seed: seeds[index], width: image.width, height: image.height, bytes, recipe: image.recipe });
    }
    return saved;
  }

  async end(): Promise<void> {
    this.#shown.stop();
    await this.#loaded.dispose();
  }
}

/** @throws ArtistError with the line that is wrong, before anything is painted */
export async function generateList(values: ListValues, context: Context): Promise<Outcome> {
  if (values.prompt !== undefined)
    throw invalid(`prompt: expected to be left out beside --prompts, which replaces it, got ${display(values.prompt)}`);
  if (isStream(values.out))
    throw invalid('--out: expected a folder or a name with {line} beside --prompts, got -, which takes one picture');
  const lines = await linesOf(values, context);
  checkQuality(
    values,
    lines.flatMap(({ files }) => files),
  );
  const wanted = lines.filter(({ missing }) => missing.length > 0);
  const there = lines.length - wanted.length;
  const saved: SavedLine[] = [];
  const failed: { line: number; code: string; message: string }[] = [];
  const painter = new ListPainter(values, context);
  try {
    for (const line of wanted) {
      const started = performance.now();
      try {
        const pictures = await painter.paint(line);
        saved.push(...pictures);
        const times = seconds((performance.now() - started) / 1000);
        for (const { path: file, seed } of pictures) context.note(t.list.painted({ line: line.line, file, seed: seed ?? 0, times }));
      } catch (error) {
        if (context.signal.aborted) context.note(t.list.stopped({ done: there + wanted.indexOf(line), all: lines.length }));
        context.signal.throwIfAborted();
        context.warn(t.list.failed({ line: line.line, why: errorLine(error) }));
        failed.push({ line: line.line, code: isArtistError(error) ? error.code : 'ERR_INTERNAL', message: errorLine(error) });
      }
    }
  } finally {
    await painter.end();
  }
  // What an earlier call painted, and what this one did.
  const before = new Set(lines.flatMap(({ files, missing }) => files.filter((file) => !missing.includes(file))));
  const now = new Set(saved.map(({ path: place }) => place));
  return {
    json: { images: saved, there: [...before], failed },
    text: lines.flatMap(({ files }) => files.filter((file) => before.has(file) || now.has(path.resolve(file)))),
    notes: [
      t.list.done({ painted: saved.length, there }),
      ...(failed.length > 0
        ? [t.list.again({ failed: failed.length, all: lines.length, named: failed.map(({ line }) => line).join(', ') })]
        : []),
    ],
    status: failed.length > 0 ? 1 : 0,
  };
}
