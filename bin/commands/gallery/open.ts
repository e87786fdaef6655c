import { ArtistError } from '../../../lib/core/index.ts';
import { text } from '../../flags/flags.ts';
import { command } from '../../shell/command.ts';
import { openGallery } from '../../shell/settings.ts';
import { hasDisplay, show } from '../../steps/show.ts';
import { t } from '../../texts/texts.ts';

export const openCommand = command({
  optional: { work: text('Id of the work, or its first or last characters. Default: latest') },
  flags: { with: text('Program to open the picture with. Default: the viewer of the system') },
  examples: [
    ['$0 gallery open', 'The newest work'],
    ['$0 gallery open 01K9 --with gimp', 'In another program'],
  ],
  run: async ({ work: id = 'latest', with: program }, context) => {
    const gallery = await openGallery(context);
    const work = await gallery.get(id);
    if (!(await gallery.hasPicture(work)))
      throw new ArtistError('ERR_NOT_FOUND', `${work.path}: the picture of this work is gone. See: ai-artist gallery verify`);
    const opened = program !== undefined || hasDisplay();
    if (opened) await show(work.path, program);
    return { json: { id: work.id, path: work.path, opened }, text: [work.path], notes: opened ? [] : [t.gallery.noDisplay] };
  },
});
