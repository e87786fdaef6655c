/** What `publish preview` shows: exactly what would go out. */
import { counted, plainText } from '../../lib/core/index.ts';
import type { PreparedPost } from '../../lib/publish/index.ts';

export type PreparedFor = PreparedPost & { account: string };
type Picture = PreparedPost['picture'];

const measured = ({ bytes, ...picture }: Picture) => ({ ...picture, bytes: bytes.length });

/** For --json: pictures by their sizes. */
export function preparedView({ picture, more, ...post }: PreparedFor) {
  return {
    ...post,
    picture: measured(picture),
    ...(more.length > 0 && { more: more.map((one) => ({ ...one, picture: measured(one.picture) })) }),
  };
}

const pictureText = ({ type, width, height, bytes }: Picture): string =>
  `${type.slice('image/'.length)} ${width}x${height}, ${counted(bytes.length, 'byte')}`;

export function preparedLines({ account, content, picture, more, length, price, credits, obstacle }: PreparedFor): string[] {
  const used = Number.isFinite(length.limit)
    ? `${length.used} of ${counted(length.limit, 'character')}`
    : counted(length.used, 'character');
  return [
    `--- ${account}: ${used}, ${pictureText(picture)}${price > 0 ? `, $${price}` : ''}`,
    plainText(content.text),
    `alt: ${plainText(content.altText)}`,
    ...more.flatMap(({ altText, picture: other }) => [`+ ${pictureText(other)}`, `alt: ${plainText(altText)}`]),
    ...(obstacle === undefined ? [] : [`it cannot go out: ${obstacle}`]),
    ...credits.unknown.map((source) => `terms not known, a person must approve: ${source}`),
  ];
}
