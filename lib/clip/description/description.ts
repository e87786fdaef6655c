import type { NativeClipTowerRequest } from '../../engine/index.ts';

export const kernels = ['bicubic', 'bilinear', 'area'] as const;

/** Source of the settings: config.json, the file's metadata, or a rule of thumb for its sizes. */
export type ConfigSource = 'config' | 'metadata' | 'assumed';

export interface ClipSettings {
  source: ConfigSource;
  text: Required<NativeClipTowerRequest>;
  image: Required<NativeClipTowerRequest>;
  /** The token whose first occurrence ends a text; -1 for the largest id. */
  endToken: number;
}

export type Kernel = (typeof kernels)[number];

/** Kinds of image towers: a transformer over patches, or OpenAI's residual network. */
export type ImageNetwork = 'vit' | 'resnet';

/** The contents of a configuration file. */
export interface ClipDescription {
  path: string;
  settings: ClipSettings;
  /** What it says of the image tower that the weights say, too. */
  tower?: { network?: ImageNetwork; edge?: number };
  /** Preprocessing of pictures, if stated. */
  preprocessing?:
    | { kernel: Kernel; stretch: boolean; mean?: readonly [number, number, number]; std?: readonly [number, number, number] }
    | undefined;
}
