/** The picture that painting starts from, its mask, and pictures that guide it. The first is remembered over a reload; the others last as long as the page is open. */
import { effect, signal } from '@preact/signals';
import { ApiError, mayPass } from '../../api/client.ts';
import { type FullWork, fullWorkOf, pictureOf } from '../../api/works.ts';
import { keepFile, keptFile } from '../../browser/kept-file.ts';
import { tell } from '../../parts/notices.tsx';
import { isText, readStored, store } from '../../parts/storage.ts';
import { t } from '../../texts/text.ts';
import { emptyMask, isBlank, type Mask, maskFile } from './mask.ts';

export interface StartPicture {
  /** Where it is shown from. */
  address: string;
  width: number;
  height: number;
  /** The file; undefined: it is the picture of `work`. */
  file?: Blob;
  work?: string;
}

export const startPicture = signal<StartPicture | undefined>(undefined);
export const mask = signal<Mask>(emptyMask);
/** The work that painting started from before the page was loaded again, and why it does not come; no reason: the server is away. */
export const awaited = signal<{ work: string; reason?: string } | undefined>(undefined);
export const guides = signal<{ controlImage?: File; referenceImages?: readonly File[] }>({});

function show(picture: StartPicture | undefined): void {
  const before = startPicture.peek();
  if (before?.file) URL.revokeObjectURL(before.address);
  startPicture.value = picture;
  awaited.value = undefined;
  mask.value = emptyMask;
}

export function removeStart(): void {
  // One that has not come back is not the value of `startPicture`, whose change forgets it.
  if (awaited.peek()) store('local', 'start', undefined);
  show(undefined);
}

/** @throws DOMException when the file is no picture that the browser can read */
export async function startWithFile(file: Blob): Promise<void> {
  const bitmap = await createImageBitmap(file);
  const { width, height } = bitmap;
  bitmap.close();
  show({ address: URL.createObjectURL(file), width, height, file });
}

/** @throws ApiError: there is no such work */
export async function startWithWork(id: string): Promise<void> {
  showWork(await fullWorkOf(id));
}

function showWork(work: FullWork): void {
  show({ address: pictureOf(work), width: work.width, height: work.height, work: work.id });
}

const fileKey = 'start';

/** A file that could not be kept is said once; the picture stays as long as the page. */
let isRefusalTold = false;
function keepStartFile(file: Blob | undefined): void {
  keepFile(fileKey, file).catch(() => {
    if (!file) return;
    // An earlier file must not come back in its place.
    keepFile(fileKey, undefined).catch(() => undefined);
    if (isRefusalTold) return;
    isRefusalTold = true;
    tell(t('studio.startNotKept'), { kind: 'error' });
  });
}

/** A person who has chosen another picture meanwhile keeps that. */
const isFree = (): boolean => startPicture.peek() === undefined;

const retryMs = 3000;

/** Only a work that is gone is forgotten: a server that is away, or asks for a token, has it later. */
async function bringBackWork(work: string): Promise<void> {
  try {
    const found = await fullWorkOf(work);
    if (isFree()) showWork(found);
  } catch (error) {
    if (!(error instanceof ApiError) || !isFree()) return;
    const { status, message } = error;
    if (status !== 404) {
      const isAway = mayPass(error);
      awaited.value = { work, ...(!isAway && { reason: message }) };
      if (isAway) setTimeout(askForStart, retryMs);
      return;
    }
    awaited.value = undefined;
    store('local', 'start', undefined);
    tell(t('studio.startGone'), { kind: 'error' });
  }
}

/** Asks again for the work that has not come back. */
export function askForStart(): void {
  const work = awaited.peek()?.work;
  if (work !== undefined) void bringBackWork(work);
}

async function bringBackFile(): Promise<void> {
  const file = await keptFile(fileKey);
  // One that the browser cannot read any more is forgotten.
  if (file && isFree()) await startWithFile(file).catch(() => keepFile(fileKey, undefined));
}

let isKept = false;
/** Brings back the picture that painting started from, and remembers it from now on: a work by its id, a file in the browser. */
export function keepStart(): void {
  if (isKept) return;
  isKept = true;
  const work = readStored('local', 'start', isText);
  if (work === undefined) void bringBackFile().catch(() => undefined);
  else void bringBackWork(work);
  let known: StartPicture | undefined;
  effect(() => {
    const now = startPicture.value;
    if (now === known) return;
    store('local', 'start', now?.work);
    if (now?.file || known?.file || now?.work === undefined) keepStartFile(now?.file);
    known = now;
  });
}

/** Whether a picture says what to paint. */
export const hasPictures = (): boolean =>
  startPicture.peek() !== undefined || Object.values(guides.peek()).some((one) => one !== undefined);

export interface StartParts {
  pictures: { initImage?: { work: string } };
  files: Record<string, Blob | readonly Blob[] | undefined>;
}

/** The pictures of a job. */
export async function startParts(): Promise<StartParts> {
  const start = startPicture.peek();
  const { controlImage, referenceImages } = guides.peek();
  const guiding = { controlImage, referenceImages };
  if (!start) return { pictures: {}, files: guiding };
  const { work, file, width, height } = start;
  const maskImage = isBlank(mask.peek(), width, height) ? undefined : await maskFile(mask.peek(), width, height);
  return { pictures: work === undefined ? {} : { initImage: { work } }, files: { ...guiding, initImage: file, maskImage } };
}
