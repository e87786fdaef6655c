import * as z from 'zod';

/** `https://example.org`: an origin, without path. */
const origin = () =>
  z
    .url({ protocol: /^https?$/, error: 'an origin such as https://example.org' })
    .refine((text) => URL.canParse(text) && new URL(text).origin === text, {
      error: 'an origin such as https://example.org, without a path',
    });

/** The keys of `server`, which are also options of startServer(). */
export const serverSettings = z.strictObject({
  title: z
    .string()
    .trim()
    .min(1)
    .max(200)
    .default('Gallery')
    .describe('Name of the gallery, in the titles of its pages and feeds; everybody who reaches the server may read it'),
  host: z.string().min(1).default('127.0.0.1').describe('Address to listen on. Beyond this machine (0.0.0.0, ::) only with a token'),
  port: z.int().min(0).max(65_535).default(7860).describe('Port to listen on; 0: any free one'),
  socket: z.string().min(1).optional().describe('Unix socket to listen on in place of the port, relative to the home folder'),
  socketMode: z
    .string()
    .regex(/^[0-7]{3}$/, { error: 'three octal digits such as 600' })
    .default('600')
    .describe('Permissions of the socket; with others than 600, reading needs a token too'),
  basePath: z
    .string()
    .regex(/^(\/[\w.~-]+)*$/, { error: 'a path such as /art, without a slash at the end' })
    .default('')
    .describe('Path under which a proxy serves it, such as /art'),
  publicUrl: z
    .url({ protocol: /^https?$/, error: 'an address such as https://example.org' })
    .optional()
    .describe('Address by which clients reach it through a proxy, such as https://example.org; basePath is added'),
  hosts: z.array(z.string().min(1).max(255)).default([]).describe('Further names that clients may call it by (the header Host)'),
  trustedProxies: z
    .array(z.string().min(1))
    .default([])
    .describe('Addresses or networks (10.0.0.0/8), or unix, whose X-Forwarded headers are believed'),
  anonymousReads: z
    .boolean()
    .default(true)
    .describe(
      'Let clients on this machine read without a token; never with publicUrl, trustedProxies, basePath or federation.enabled, which mean a proxy',
    ),
  cors: z.array(origin()).default([]).describe('Origins whose web pages may call it, such as https://example.org'),
  readsPerMinute: z.int().min(0).max(10_000_000).default(60_000).describe('GET requests of a caller in a minute; 0: no limit'),
  changesPerMinute: z.int().min(0).max(10_000_000).default(1200).describe('Other requests of a caller in a minute; 0: no limit'),
  bodyKilobytes: z.int().min(1).max(1_000_000).default(1000).describe('Largest body without pictures'),
  pictureMegabytes: z.int().min(1).max(1000).default(64).describe('Largest body with pictures'),
  requestSeconds: z.int().min(1).max(86_400).default(120).describe('How long a request with its body may take to arrive'),
  connections: z.int().min(10).max(100_000).default(4000).describe('Connections at the same time'),
  connectionsPerAddress: z
    .int()
    .min(0)
    .max(100_000)
    .default(500)
    .describe('Connections of one address at the same time, except this machine and trusted proxies; 0: no limit'),
  mapModels: z
    .boolean()
    .default(true)
    .describe("Let the names of OpenAI's models (gpt-image-1, dall-e-3) stand for the model of the settings"),
  drainSeconds: z
    .number()
    .min(0)
    .max(3600)
    .default(30)
    .describe('When stopped: how long running requests and the current work may take to finish'),
  openJobs: z.int().min(1).max(100_000).default(1000).describe('Jobs of a client that wait or run at the same time'),
  jobMegapixels: z
    .number()
    .min(0.1)
    .max(100_000)
    .default(100)
    .describe('Pixels of all pictures of a job, width x height x number, in millions'),
  resultHours: z
    .number()
    .min(0.1)
    .max(8760)
    .default(24)
    .describe('How long the folder of an ended job stays, with its input pictures and pictures that are not filed, in hours'),
  webhooks: z
    .strictObject({
      privateHosts: z
        .array(z.string().min(1).max(255))
        .default([])
        .describe('Names or addresses outside the public internet that webhooks may call, such as 192.168.1.5'),
      jobOrigins: z
        .array(origin())
        .default([])
        .describe('Origins that a job may name for a webhook of its own, such as https://bot.example.org'),
    })
    .prefault({})
    .describe('Where webhooks may go'),
});
export type ServerSettings = z.output<typeof serverSettings>;

/** Address by which clients reach the server from outside, with the base path and without a slash at its end; undefined: none is set. */
export const publicAddressOf = ({ publicUrl, basePath }: Pick<ServerSettings, 'publicUrl' | 'basePath'>): string | undefined =>
  publicUrl && `${publicUrl.replace(/\/+$/, '')}${basePath}`;
