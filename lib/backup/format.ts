/** A backup: a ZIP file with the files of a home below `home/`, and last `backup.json`, which lists them with their SHA-256. */
import * as z from 'zod';

export const backupVersion = 1;
export const manifestName = 'backup.json';
/** Where the files of the home lie in the archive. */
export const prefix = 'home/';

const listed = z.object({
  /** Below the home, with slashes. */
  path: z.string().min(1),
  bytes: z.int().min(0),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});
export type ListedFile = z.output<typeof listed>;

export const manifestSchema = z.object({
  format: z.literal('ai-artist backup'),
  version: z.int().min(1),
  /** ISO time. */
  made: z.string(),
  /** Version of ai-artist. */
  by: z.string(),
  /** Name of the machine. */
  host: z.string(),
  /** Folder of the home there. */
  from: z.string(),
  /** Whether keys and tokens are in it. */
  secrets: z.boolean(),
  /** Whether downloaded models are in it. */
  models: z.boolean(),
  /** Works in its gallery. */
  works: z.int().min(0),
  files: z.array(listed),
});
export type BackupManifest = z.output<typeof manifestSchema>;
