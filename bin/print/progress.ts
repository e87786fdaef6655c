import type { CreateEvent } from '../../lib/artist/index.ts';
import type { ConvertEvent, GenerateEvent, LoadEvent, UpscaleEvent } from '../../lib/engine/index.ts';
import { createProgress, formatSeconds } from '../../lib/observe/index.ts';
import type { Context } from '../shell/run.ts';
import { decimal, t } from '../texts/texts.ts';

type WorkEvent = LoadEvent | GenerateEvent | UpscaleEvent | ConvertEvent;

/** Shows the events of lib as a bar with the time left, and its warnings as lines. */
export interface WorkProgress {
  on: (event: WorkEvent) => void;
  /** The same for a work of the artist, with the number of the candidate. */
  onWork: (event: CreateEvent) => void;
  stop: () => void;
}

/** 8.25 -> "8.3 s", 75.4 -> "1 min 15 s" */
export function seconds(value: number): string {
  return value < 10 ? `${decimal(value, 1)} s` : formatSeconds(value);
}

/** No progress with --quiet or JSON log lines; with --json only on a terminal, where it cannot be mistaken for output. */
export function progressIsSilent({ quiet, json, logFormat }: Pick<Context, 'quiet' | 'json' | 'logFormat'>): boolean {
  return quiet || logFormat === 'json' || (json && process.stderr.isTTY !== true);
}

export function watchWork(context: Context): WorkProgress {
  const progress = createProgress({ silent: progressIsSilent(context), lines: 'phases' });
  const warned = new Set<string>();
  const inLog = process.stderr.isTTY !== true;
  let enlarging = false;
  let painted = false;
  const show = (event: WorkEvent, place: string): void => {
    switch (event.type) {
      case 'load':
        // The upscaler loads its weights after its start event.
        return enlarging ? undefined : progress.update(painted ? t.painting.loadingUpscaler : t.painting.loading, event.step, event.steps);
      case 'encode':
        // A log gets one line per picture.
        return inLog ? undefined : progress.update(event.what === 'prompt' ? t.painting.readingPrompt : t.painting.readingPicture, 0, 0);
      case 'sample':
        painted = true;
        return progress.update(t.painting.painting({ place: place || of(event) }), event.step, event.steps);
      case 'decode':
        return inLog ? undefined : progress.update(t.painting.developing({ place: place || of(event) }), event.step, event.steps);
      case 'upscale':
        enlarging = true;
        return progress.update(t.painting.enlarging, event.step, event.steps);
      case 'convert':
        return progress.update(t.painting.converting, event.step, event.steps);
      case 'warning':
        if (!warned.has(event.message)) context.warn(event.message);
        warned.add(event.message);
    }
  };
  return {
    on: (event) => show(event, ''),
    onWork: ({ candidate = 0, of: total = 1, ...event }) =>
      show(
        event as WorkEvent,
        total > 1 ? t.painting.of({ n: candidate + 1, all: total }) : candidate > 0 ? t.painting.again({ n: candidate + 1 }) : '',
      ),
    stop: () => progress.end(),
  };
}

function of({ image, images }: { image: number; images: number }): string {
  return images > 1 ? t.painting.of({ n: image + 1, all: images }) : '';
}

/** Runs work that reports its progress: `looking 3 of 20`, with a label of its own for another part of it. The line disappears at the end. */
export async function withProgress<R>(
  context: Pick<Context, 'json' | 'quiet' | 'logFormat'>,
  label: string,
  work: (onProgress: (done: number, total: number, part?: string) => void) => Promise<R>,
): Promise<R> {
  const progress = createProgress({ silent: progressIsSilent(context) });
  try {
    return await work((done, total, part = label) => progress.update(part, done, total));
  } finally {
    progress.end();
  }
}
