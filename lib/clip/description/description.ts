import type { NativeClipTowerRequest } from '../../engine/index.ts';

export const kernels = ['bicubic', 'bilinear', 'area'] as const;

/** Where the settings come from: config.json, the metadata of the file itself, or the rule of thumb for its sizes. */
export type ConfigSource = 'config' | 'metadata' | 'assumed';

export interface ClipSettings {
  source: ConfigSource;
  text: Required<NativeClipTowerRequest>;
  image: Required<NativeClipTowerRequest>;
  /** Token whose first place ends a text; -1: the largest id. */
  endToken: number;
}

export type Kernel = (typeof kernels)[number];

/** What a configuration file says. */
export interface ClipDescription {
  path: string;
  settings: ClipSettings;
  /** How pictures are made ready, where it says that. */
  preprocessing?:
    | { kernel: Kernel; stretch: boolean; mean?: readonly [number, number, number]; std?: readonly [number, number, number] }
    | undefined;
}
