/** Data sets and training runs. */
import type { PictureOfSet } from '../../lib/server/api/training/data-sets.ts';
import type { RunView } from '../../lib/server/api/training/runs.ts';
import { addressOf, ask, send } from './client.ts';

export type Run = RunView;
export type Picture = PictureOfSet;
export interface DataSet {
  licence: string | null;
  pictures: Picture[];
}
export interface Checked {
  pictures: number;
  warnings: string[];
  licence: string;
  obligations: string[];
}
export interface Curve {
  steps: { step: number; loss: number; smoothedLoss?: number }[];
  validation: { step: number; loss: number }[];
  samples: { step: number; pictures: number }[];
}

const setPath = (name: string, rest = ''): string => `training/datasets/${encodeURIComponent(name)}${rest}`;
const picturePath = (name: string, file: string, rest = ''): string => setPath(name, `/pictures/${encodeURIComponent(file)}${rest}`);
export const dataSetPath = (name: string): string => setPath(name);
export const addDataSet = (name: string, licence: string): Promise<{ name: string }> =>
  ask('training/datasets', { method: 'POST', body: { name, ...(licence !== '' && { licence }) } });
export const removeDataSet = (name: string): Promise<Response> => send(setPath(name), { method: 'DELETE' });
export const setLicence = (name: string, licence: string): Promise<Response> =>
  send(setPath(name, '/licence'), { method: 'PUT', body: { licence } });
export const checkDataSet = (name: string): Promise<Checked> => ask(setPath(name, '/check'), { method: 'POST' });
export const pictureOfSet = (name: string, { file, bytes }: Picture): string => addressOf(picturePath(name, file), { v: bytes });
export const setCaption = (name: string, file: string, caption: string): Promise<Response> =>
  send(picturePath(name, file, '/caption'), { method: 'PUT', body: { caption } });
export const setPictureLicence = (name: string, file: string, licence: string | null): Promise<Response> =>
  send(picturePath(name, file, '/licence'), { method: 'PUT', body: { licence } });
export const removePicture = (name: string, file: string): Promise<Response> => send(picturePath(name, file), { method: 'DELETE' });
export function addPicture(name: string, file: File, caption?: string | null): Promise<{ files: string[] }> {
  const form = new FormData();
  form.append('files', file, file.name);
  if (caption !== undefined && caption !== null) form.append('captions', JSON.stringify({ [file.name]: caption }));
  return ask(setPath(name, '/pictures'), { method: 'POST', body: form });
}

const runPath = (name: string, rest = ''): string => `training/runs/${encodeURIComponent(name)}${rest}`;
export interface RunWish {
  dataSet: string;
  options: Record<string, unknown>;
  share: boolean;
}
export const startRun = (wish: RunWish): Promise<{ name: string }> => ask('training/runs', { method: 'POST', body: wish });
export const actOnRun = (name: string, action: 'stop' | 'resume'): Promise<unknown> => ask(runPath(name, `/${action}`), { method: 'POST' });
export const prolongRun = (name: string, steps: number, share: boolean): Promise<unknown> =>
  ask(runPath(name, '/prolong'), { method: 'POST', body: { steps, share } });
export const removeRun = (name: string): Promise<Response> => send(runPath(name), { method: 'DELETE' });
export const adoptRun = (name: string, lora: string): Promise<{ lora: string }> =>
  ask(runPath(name, '/adopt'), { method: 'POST', body: { name: lora } });
export const loraOf = (name: string): string => addressOf(runPath(name, '/lora'));
export const sampleOf = (name: string, step: number, index: number): string => addressOf(runPath(name, `/samples/${step}/${index}`));

/** Whether a run trains now, or will. */
export const isOpen = ({ state }: Pick<Run, 'state'>): boolean => state === 'waiting' || state === 'running' || state === 'training';
/** Whether a run has progress that can be continued. */
export const isResumable = ({ state, step }: Pick<Run, 'state' | 'step'>): boolean =>
  (state === 'stopped' || state === 'interrupted' || state === 'failed') && step !== null && step > 0;
