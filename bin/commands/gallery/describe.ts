import { ArtistError } from '../../../lib/core/index.ts';
import type { SidecarChange } from '../../../lib/gallery/index.ts';
import { anyText, text } from '../../flags/flags.ts';
import { command } from '../../shell/command.ts';
import { openGallery } from '../../shell/settings.ts';

export const describeCommand = command({
  required: { work: text('Id of the work, its first or last characters, or latest') },
  flags: {
    title: anyText('Title; an empty one removes it'),
    alt: anyText('What the picture shows, for people who cannot see it'),
    licence: anyText('Terms of use, such as CC-BY-4.0'),
    'licence-url': text('Address of those terms; needs --licence'),
  },
  examples: [
    ['$0 gallery describe latest --title "Fox at dusk" --alt "A red fox looks over its shoulder"', 'Set title and alternative text'],
  ],
  run: async ({ work: id, title, alt, licence, 'licence-url': url }, context) => {
    const change: SidecarChange = {
      ...(title !== undefined && { title: title || null }),
      ...(alt !== undefined && { altText: alt || null }),
      ...(licence !== undefined && { licence: licence === '' ? null : { id: licence, ...(url !== undefined && { url }) } }),
    };
    if (url !== undefined && !licence) throw new ArtistError('ERR_INVALID_ARGUMENT', '--licence-url: expected --licence with it');
    if (url !== undefined && !/^https?:\/\//i.test(url))
      throw new ArtistError(
        'ERR_INVALID_ARGUMENT',
        `--licence-url: expected an address that begins with https://, got ${JSON.stringify(url)}`,
      );
    if (Object.keys(change).length === 0)
      throw new ArtistError('ERR_INVALID_ARGUMENT', '--title: expected it, --alt or --licence, got none of them');
    const work = await (await openGallery(context)).update(id, change);
    return { json: work, text: [work.id] };
  },
});
