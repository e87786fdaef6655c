import { importPictures } from '../../../lib/gallery/index.ts';
import { createProgress } from '../../../lib/observe/index.ts';
import { list, text } from '../../flags/flags.ts';
import { progressIsSilent } from '../../print/progress.ts';
import { passedLines } from '../../print/works/imported.ts';
import { command } from '../../shell/command.ts';
import { openGallery } from '../../shell/settings.ts';

const word = (value: string): string => value;

export const importCommand = command({
  required: { paths: list('Pictures (PNG, JPEG, WebP), or folders of them', undefined, word) },
  flags: {
    tag: list('Tag for all imported pictures; may be given several times', undefined, word),
    in: text('Collection for all imported pictures'),
    licence: text('Licence: terms of use, such as CC-BY-4.0'),
  },
  examples: [
    ['$0 gallery import ~/stable-diffusion-webui/outputs', 'Every picture in it, with the dates of the files'],
    ['$0 gallery import old.png --tag before-2026', 'One picture'],
  ],
  epilogue:
    'Reads the recipes of A1111, Forge, ComfyUI, InvokeAI, NovelAI, Fooocus, SwarmUI, stable-diffusion.cpp and Draw Things. Files are copied byte for byte, and pictures that the gallery already has are not imported again. In folders, auxiliary files of other programs, links that lead out of the folder and other picture formats are skipped and listed.',
  run: async ({ paths, tag, in: collection, licence }, context) => {
    const gallery = await openGallery(context);
    const progress = createProgress({ silent: progressIsSilent(context) });
    try {
      const results = await importPictures(gallery, paths, {
        about: {
          ...(tag && { tags: tag }),
          ...(collection !== undefined && { collections: [collection] }),
          ...(licence !== undefined && { licence: { id: licence } }),
        },
        signal: context.signal,
        onProgress: (done, total) => progress.update('importing', done, total),
      });
      progress.end();
      const imported = results.flatMap((one) =>
        one.status === 'imported' ? [{ from: one.path, id: one.work.id, program: one.work.imported?.program ?? null }] : [],
      );
      const known = results.flatMap((one) => (one.status === 'known' ? [{ from: one.path, id: one.id }] : []));
      const failed = results.flatMap((one) => (one.status === 'failed' ? [{ from: one.path, code: one.code, message: one.message }] : []));
      const passed = results.flatMap((one) => (one.status === 'passed' ? [{ from: one.path, reason: one.reason }] : []));
      for (const { code, message } of failed) context.warn(`${code}: ${message}`);
      for (const line of passedLines(passed)) context.warn(line);
      const silent = imported.filter(({ program }) => program === null).length;
      return {
        json: { imported, known, failed, passed },
        text: imported.map(({ id, from }) => `${id}  ${from}`),
        notes: [
          `${imported.length} imported${silent > 0 ? ` (${silent} without a recipe)` : ''}, ${known.length} here already${failed.length > 0 ? `, ${failed.length} could not be imported` : ''}${passed.length > 0 ? `, ${passed.length} passed over` : ''}`,
        ],
        status: failed.length > 0 ? 1 : 0,
      };
    } finally {
      progress.end();
    }
  },
});
