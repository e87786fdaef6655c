/** What `backup` says. */
import { form } from './words.ts';

export const backup = {
  files: 'files',
  content: ({ works, files }: { works: number; files: number }) =>
    `${works} ${form(works, { one: 'work', other: 'works' })} in ${files} ${form(files, { one: 'file', other: 'files' })}`,
  withSecrets: 'with keys and tokens: keep it as you keep those',
  withoutSecrets: 'without keys and tokens',
  withoutModels: 'without models',
  leftOut: ({ path, reason }: { path: string; reason: string }) => `not in it: ${path} (${reason})`,
  galleryOutside: 'the gallery is outside the home; restored, it is inside: take gallery.folder out of config.yaml then',
  removed: ({ n }: { n: number }) => `${n} older ${form(n, { one: 'backup', other: 'backups' })} removed`,
  whole: ({ made, by }: { made: string; by: string }) => `whole: made ${made} by ai-artist ${by}`,
  publishingOff: 'publishing is off, because posts of the backup may be out already: look at publish queue, then publish on',
  next: 'see that all is there: ai-artist status, ai-artist gallery verify, ai-artist schedule list',
};
