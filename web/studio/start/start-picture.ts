/** The picture that painting starts from, its mask, and pictures that guide it. A work is remembered; files last as long as the page is open. */
import { effect, signal } from '@preact/signals';
import { fullWorkOf, pictureOf } from '../../api/works.ts';
import { isText, readStored, store } from '../../parts/storage.ts';
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
export const guides = signal<{ controlImage?: File; referenceImages?: readonly File[] }>({});

function show(picture: StartPicture | undefined): void {
  const before = startPicture.peek();
  if (before?.file) URL.revokeObjectURL(before.address);
  startPicture.value = picture;
  mask.value = emptyMask;
}

export const removeStart = (): void => show(undefined);

/** @throws DOMException when the file is no picture that the browser can read */
export async function startWithFile(file: Blob): Promise<void> {
  const bitmap = await createImageBitmap(file);
  const { width, height } = bitmap;
  bitmap.close();
  show({ address: URL.createObjectURL(file), width, height, file });
}

/** @throws ApiError: there is no such work */
export async function startWithWork(id: string): Promise<void> {
  const work = await fullWorkOf(id);
  show({ address: pictureOf(work), width: work.width, height: work.height, work: id });
}

let isKept = false;
/** Brings back the work that painting started from, and remembers it from now on. */
export function keepStart(): void {
  if (isKept) return;
  isKept = true;
  const before = readStored('local', 'start', isText);
  // It may be gone since.
  if (before !== undefined) startWithWork(before).catch(() => store('local', 'start', undefined));
  let isFirst = true;
  effect(() => {
    const work = startPicture.value?.work;
    if (!isFirst) store('local', 'start', work);
    isFirst = false;
  });
}

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
