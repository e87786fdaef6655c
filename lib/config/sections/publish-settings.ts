import * as z from 'zod';
import { secret } from '../secret.ts';

const timeOfDay = () => z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, { error: 'a time of day as HH:MM' });

/** The keys of `publish`. */
export const publishSettings = z.strictObject({
  approve: z
    .enum(['hand', 'auto'])
    .default('hand')
    .describe(
      'Who approves posts; with hand each waits for ai-artist publish approve, with auto they go out unless the terms of a source are not known',
    ),
  minRating: z
    .int()
    .min(1)
    .max(5)
    .optional()
    .describe('With auto, only works with at least this rating, 1..5; others wait for approval. Default: all'),
  perDay: z.int().min(0).max(1000).default(3).describe('Most posts of an account in 24 hours, 0..1000'),
  minutesBetween: z.int().min(0).max(10_080).default(60).describe('Minutes between two posts of an account, 0..10080'),
  quietHours: z
    .strictObject({ from: timeOfDay(), to: timeOfDay() })
    .refine(({ from, to }) => from !== to, { error: 'two different times' })
    .optional()
    .describe('No post begins from HH:MM to HH:MM. Default: none'),
  times: z
    .union([z.literal('best'), z.array(z.string().min(1)).min(1).max(50)], { error: 'best, or a list such as daily 09:00' })
    .optional()
    .describe(
      'When posts go out, one at each time, such as daily 09:00, weekly sat,sun 11:00 or cron 0 18 * * 5; or best, the hours that brought most so far. Default: as soon as the rules permit',
    ),
  timeZone: z.string().min(1).optional().describe("IANA name, for times and quiet hours. Default: this machine's"),
  dollarsPerMonth: z
    .number()
    .min(0)
    .max(100_000)
    .default(5)
    .describe('Most US dollars that the posts of an account may cost in 30 days, on networks that charge'),
  publicFolder: z
    .string()
    .min(1)
    .optional()
    .describe(
      'Folder of a web server or CDN, for networks that fetch pictures (Instagram, Threads); relative to the home folder. Default: none',
    ),
  publicUrl: z
    .url({ protocol: /^https?$/, error: 'an address such as https://example.org/posts' })
    .optional()
    .describe('Address of publicFolder, such as https://example.org/posts'),
  publicBucket: z
    .strictObject({
      endpoint: z
        .url({ protocol: /^https?$/, error: 'an address such as https://s3.eu-central-1.amazonaws.com' })
        .describe('Address of its API, without the bucket'),
      region: z.string().min(1).default('us-east-1').describe('Region; auto for Cloudflare R2'),
      bucket: z
        .string()
        .regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, { error: 'the name of a bucket' })
        .describe('Name of the bucket'),
      prefix: z
        .string()
        .regex(/^([\w.-]+\/)*$/, { error: 'empty, or a folder such as posts/' })
        .default('')
        .describe('Begins the names of the objects, such as posts/'),
      url: z
        .url({ protocol: /^https?$/, error: 'an address such as https://pictures.example.org' })
        .optional()
        .describe('Address at which anybody can fetch its objects. Default: addresses that are signed for a day'),
      accessKeyId: secret().describe('Id of a key that may write, read and delete objects'),
      secretAccessKey: secret().describe('Its secret: a text, or where it is as env or file'),
    })
    .optional()
    .describe('Bucket of an S3-compatible store, for networks that fetch pictures, in place of publicFolder. Default: none'),
  template: z
    .string()
    .min(1)
    .max(5000)
    .default('{title}')
    .describe(
      'Text of a post; {title}, {prompt}, {model}, {seed}, {date} and {credits} are replaced. Credits, AI label and hashtags follow',
    ),
  caption: z
    .enum(['template', 'llm'])
    .default('template')
    .describe(
      'Who writes the words of a post; llm: the language model of llm.url, from title, prompt and tags; the template where it fails',
    ),
  hashtags: z
    .array(z.string().min(1).max(100))
    .max(30)
    .optional()
    .describe('Hashtags of every post. Default: the first five tags of each work'),
  links: z.boolean().default(false).describe('Leave links in texts on networks that charge for them; X takes $0.20 in place of $0.015'),
  language: z
    .string()
    .regex(/^[a-z]{2,3}$/, { error: 'a code of ISO 639, such as en' })
    .default('en')
    .describe('Language of the texts, ISO 639-1'),
  visibility: z.enum(['public', 'unlisted', 'private']).default('public').describe('Who sees a post, on networks with this choice'),
  sensitive: z.boolean().default(false).describe('Hide the pictures behind a warning'),
  aiMark: z
    .enum(['none', 'corner'])
    .default('none')
    .describe('Show the word AI in a corner of posted pictures that a model painted; not where a licence forbids changes'),
  commercial: z.boolean().default(false).describe('Posts are for profit; sources whose licence forbids commercial use are refused'),
});
export type PublishSettings = z.output<typeof publishSettings>;
