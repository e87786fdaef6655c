/** Networks that can be posted to. `folder` is a folder with a feed, for everything else; `activitypub` is the artist's own account in the Fediverse. */
export const networkNames = [
  'folder',
  'mastodon',
  'pixelfed',
  'bluesky',
  'telegram',
  'discord',
  'x',
  'instagram',
  'threads',
  'activitypub',
] as const;
export type NetworkName = (typeof networkNames)[number];
