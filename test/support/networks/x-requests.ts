/**
 * What a request to API v2 of X may hold: the names and bounds of the calls that the artist makes, as X's OpenAPI document of version 2.167 states them
 * (https://api.x.com/2/openapi.json), in our own words, because its terms let nobody pass it on. Where the document closes an object, so do these; names of
 * fields of a post are those of docs.x.com. `npm run bench -- networks` asks the document itself.
 */
import * as z from 'zod';
import type { Asked } from './loopback.ts';

const id = z.string().regex(/^[0-9]{1,19}$/);
const fields = z
  .string()
  .transform((names) => names.split(','))
  .pipe(z.array(z.enum(['attachments', 'created_at', 'id', 'non_public_metrics', 'organic_metrics', 'public_metrics', 'text'])).min(1));
const post = z.strictObject({
  text: z.string().default(''),
  media: z.strictObject({ media_ids: z.array(id).min(1).max(4) }).optional(),
  made_with_ai: z.boolean().optional(),
});
const upload = z.strictObject({
  media: z.instanceof(File),
  media_category: z.enum(['tweet_image', 'tweet_video', 'tweet_gif', 'dm_image', 'dm_video', 'dm_gif', 'subtitles']),
});
const metadata = z.strictObject({
  id,
  metadata: z.strictObject({ alt_text: z.strictObject({ text: z.string().max(1000) }).optional() }).optional(),
});
const timeline = z.strictObject({
  max_results: z.coerce.number().int().min(5).max(100).optional(),
  pagination_token: z.string().min(1).optional(),
  start_time: z.iso.datetime().optional(),
  'tweet.fields': fields.optional(),
});

interface Closed {
  path?: z.ZodType;
  query?: z.ZodType;
  /** JSON or form. Without it the call has no body. */
  json?: z.ZodType;
  form?: z.ZodType;
}

/** By the route of test/support/networks/x.ts. */
const calls: Readonly<Record<string, Closed>> = {
  'GET /2/users/me': {},
  'POST /2/media/upload': { form: upload },
  'POST /2/media/metadata': { json: metadata },
  'POST /2/tweets': { json: post },
  'GET /2/users/:id/tweets': { path: z.strictObject({ id }), query: timeline },
  'GET /2/tweets/:id': { path: z.strictObject({ id }), query: z.strictObject({ 'tweet.fields': fields.optional() }) },
  'DELETE /2/tweets/:id': { path: z.strictObject({ id }) },
};

/** What is wrong with a request, in words; undefined if X takes it. */
export async function wrongIn(route: string, asked: Asked): Promise<string | undefined> {
  const call = calls[route];
  if (!call) return `${route} is no call of X`;
  const nothing = z.strictObject({});
  const type = asked.headers['content-type'] ?? '';
  if (call.json && !type.startsWith('application/json')) return `expected JSON, got ${type || 'no content-type'}`;
  if (call.form && !type.startsWith('multipart/form-data')) return `expected a form, got ${type || 'no content-type'}`;
  if (!call.json && !call.form && asked.body.length > 0) return 'expected no body';
  const parts: [string, z.ZodType | undefined, unknown][] = [
    ['path', call.path ?? nothing, asked.params],
    ['query', call.query ?? nothing, Object.fromEntries(asked.query)],
    ['body', call.json, call.json && asked.json()],
    ['form', call.form, call.form && Object.fromEntries(await asked.form())],
  ];
  const issues = parts.flatMap(([where, schema, given]) =>
    (schema?.safeParse(given).error?.issues ?? []).map(({ path, message }) => `${[where, ...path].join('.')}: ${message}`),
  );
  return issues.length > 0 ? issues.join('; ') : undefined;
}
