/** What `init` asks and says. */
export const setup = {
  bundledOffer: 'bundled: small pictures, works at once',
  offer: ({ name, wish, size, time }: { name: string; wish: string; size: string; time: string }) =>
    `${name}: best for ${wish} here, ${size} to download, ${time} a picture`,
  askModel: ({ now }: { now: string }) => `Which model? An alias, a file, or bundled [${now}] `,
  askSchedule: ({ now }: { now: string }) => `When should it paint by itself? Such as daily 09:00, every 6h, or none [${now}] `,
  askPublish: ({ networks }: { networks: string }) => `Publish to a network later? ${networks}, or none [none] `,
  jobsThere: ({ n }: { n: number }) => `${n} there, keep`,
  wrong: ({ why }: { why: string }) => `That does not work: ${why}`,
  home: ({ home }: { home: string }) => `Pictures, models and settings: ${home} (another: AI_ARTIST_HOME or --home)`,
  settings: ({ path }: { path: string }) => `settings: ${path}`,
  job: ({ id, timing, next }: { id: string; timing: string; next: string }) => `${id}: ${timing}; next ${next}`,
  jobKnown: ({ id, timing }: { id: string; timing: string }) => `${id} paints ${timing} already`,
  gated: ({ name }: { name: string }) => `${name} is gated: accept its terms on its page, and set HF_TOKEN`,
  next: 'Now:',
};
