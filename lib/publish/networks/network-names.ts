/** Networks that can be posted to. `folder` is a folder with a feed, for everything else. */
export const networkNames = ['folder', 'mastodon', 'pixelfed', 'bluesky', 'telegram', 'discord', 'x', 'instagram', 'threads'] as const;
export type NetworkName = (typeof networkNames)[number];
