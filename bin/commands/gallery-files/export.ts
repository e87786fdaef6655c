import { selectWorks } from '../../../lib/gallery/index.ts';
import { choice } from '../../flags/flags.ts';
import { worksPositional } from '../../flags/works-flags.ts';
import { command } from '../../shell/command.ts';
import { openGallery } from '../../shell/settings.ts';
import { flags, kinds, write } from '../../steps/export-works.ts';

export const exportCommand = command({
  required: { kind: choice('What to write', kinds) },
  optional: { works: worksPositional },
  flags,
  names: new Map([
    ['out', '--out'],
    ['url', '--url'],
  ]),
  examples: [
    ['$0 gallery export zip --out works.zip --query "rating:>=4"', 'Pictures and records'],
    ['$0 gallery export site --out ./site --title "My works"', 'A website in one folder; open its index.html'],
    ['$0 gallery export site --out ./site --url https://example.org/art/', 'With feeds, for publishing'],
    ['$0 gallery export rss --out rss.xml --url https://example.org/art/', 'The newest 50'],
  ],
  epilogue: 'Without ids and --query it exports the whole gallery. Works whose pictures are missing or unreadable are skipped and listed.',
  run: async ({ works, ...values }, context) => {
    const gallery = await openGallery(context);
    const ids = await selectWorks(gallery, { works, query: values.query }, { allWhenNone: true });
    const exported = await write(gallery, ids, values, context);
    for (const id of exported.missing) context.warn(`${id}: left out, its picture is gone`);
    for (const { id, message } of exported.damaged ?? []) context.warn(`${id}: left out: ${message}`);
    return {
      json: { kind: values.kind, ...exported },
      text: [exported.path],
      notes: [exported.works === 1 ? '1 work' : `${exported.works} works`],
      status: exported.missing.length > 0 || exported.damaged ? 1 : 0,
    };
  },
});
