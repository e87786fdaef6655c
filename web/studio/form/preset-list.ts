import { signal } from '@preact/signals';
import { hasFields, isList, isText, readStored, store } from '../../parts/storage.ts';
import type { Draft } from './draft.ts';

export interface Preset {
  name: string;
  draft: Draft;
}

/** Their drafts are checked when they are loaded into the form. */
const isPreset = hasFields<Preset>({ name: isText, draft: hasFields<Draft>({}) });
/** Forms under a name, in the order of their names. */
export const presets = signal<readonly Preset[]>(readStored('local', 'presets', isList(isPreset)) ?? []);

export function setPresets(list: readonly Preset[]): void {
  presets.value = [...list].sort((a, b) => a.name.localeCompare(b.name));
  store('local', 'presets', presets.value);
}

/** Keeps a form under a name; one that has it already is replaced. */
export const savePreset = (name: string, draft: Draft): void =>
  setPresets([...presets.value.filter((one) => one.name !== name), { name, draft }]);

export const removePreset = (name: string): void => setPresets(presets.value.filter((one) => one.name !== name));

export function renamePreset(name: string, to: string): void {
  setPresets(presets.value.filter((one) => one.name !== to).map((one) => (one.name === name ? { ...one, name: to } : one)));
}
