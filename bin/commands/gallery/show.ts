import { text } from '../../flags/flags.ts';
import { lines } from '../../print/works/work-facts.ts';
import { command } from '../../shell/command.ts';
import { openGallery } from '../../shell/settings.ts';

export const showCommand = command({
  required: { work: text('Id of the work, its first or last characters, or latest') },
  examples: [
    ['$0 gallery show latest', 'The newest work'],
    ['$0 gallery show 01K9 --json', 'The whole record'],
  ],
  run: async ({ work: id }, context) => {
    const gallery = await openGallery(context);
    const work = await gallery.get(id);
    const hasPicture = await gallery.hasPicture(work);
    return { json: { ...work, hasPicture }, text: lines(work, hasPicture) };
  },
});
