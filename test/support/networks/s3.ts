/**
 * A store with the API of Amazon S3: one bucket by paths. It checks every signature by an implementation of its own, after "Signature Version 4 signing process"
 * (docs.aws.amazon.com), and answers with the documented errors. GET /public/… needs none.
 */
import { createHash, createHmac } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

export const bucketKeys = { accessKeyId: 'AKIDOFTHETESTS', secretAccessKey: 'secret/of+the=tests' };
export const bucketRegion = 'eu-test-1';
const bucketName = 'posts';

export interface FakeStore {
  url: string;
  objects: Map<string, { bytes: Buffer; type: string }>;
  /** Names that were put, also those that are gone. */
  puts: string[];
  /** How far its clock is ahead, milliseconds. */
  skew: (ms: number) => void;
  close: () => Promise<void>;
}

const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();
const sha256 = (data: string | Buffer): string => createHash('sha256').update(data).digest('hex');
const encoded = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`);

interface Signature {
  credential: string;
  signedHeaders: string;
  signature: string;
  date: string;
  payload: string;
  expires?: number;
}

function signatureOf(request: IncomingMessage, url: URL): Signature | undefined {
  const query = url.searchParams;
  if (query.has('X-Amz-Signature'))
    return {
      credential: query.get('X-Amz-Credential') ?? '',
      signedHeaders: query.get('X-Amz-SignedHeaders') ?? '',
      signature: query.get('X-Amz-Signature') ?? '',
      date: query.get('X-Amz-Date') ?? '',
      payload: 'UNSIGNED-PAYLOAD',
      expires: Number(query.get('X-Amz-Expires')),
    };
  const found = /^AWS4-HMAC-SHA256 Credential=(\S+), SignedHeaders=(\S+), Signature=([0-9a-f]{64})$/.exec(
    request.headers.authorization ?? '',
  );
  const [, credential = '', signedHeaders = '', signature = ''] = found ?? [];
  const [date, payload] = [String(request.headers['x-amz-date']), String(request.headers['x-amz-content-sha256'])];
  return found ? { credential, signedHeaders, signature, date, payload } : undefined;
}

/** The code of the error; undefined: it may. */
function refused(request: IncomingMessage, url: URL, body: Buffer, now: number): string | undefined {
  const signed = signatureOf(request, url);
  if (!signed) return 'AccessDenied';
  const [id, day = '', region = '', service = '', end = ''] = signed.credential.split('/');
  if (id !== bucketKeys.accessKeyId) return 'InvalidAccessKeyId';
  if (region !== bucketRegion || service !== 's3' || end !== 'aws4_request' || !signed.date.startsWith(day))
    return 'AuthorizationHeaderMalformed';
  const at = Date.parse(signed.date.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));
  const { expires } = signed;
  if (expires !== undefined && !(expires >= 1 && expires <= 604_800)) return 'AuthorizationQueryParametersError';
  if (expires === undefined ? Math.abs(now - at) > 900_000 : now > at + expires * 1000)
    return expires ? 'AccessDenied' : 'RequestTimeTooSkewed';
  const names = signed.signedHeaders.split(';');
  const mustSign = ['host', ...Object.keys(request.headers).filter((name) => name.startsWith('x-amz-'))];
  if (!mustSign.every((name) => names.includes(name)) || names.join() !== [...names].sort().join()) return 'AccessDenied';
  if (expires === undefined && signed.payload !== sha256(body)) return 'XAmzContentSHA256Mismatch';
  const query = [...url.searchParams]
    .filter(([name]) => name !== 'X-Amz-Signature')
    .map(([name, value]) => `${encoded(name)}=${encoded(value)}`);
  const canonical = [
    request.method ?? '',
    url.pathname
      .split('/')
      .map((part) => encoded(decodeURIComponent(part)))
      .join('/'),
    query.sort().join('&'),
    names.map((name) => `${name}:${String(request.headers[name]).trim()}\n`).join(''),
    signed.signedHeaders,
    signed.payload,
  ].join('\n');
  const scope = [day, region, service, end].join('/');
  const toSign = ['AWS4-HMAC-SHA256', signed.date, scope, sha256(canonical)].join('\n');
  const key = [day, region, service, end].reduce<string | Buffer>((from, part) => hmac(from, part), `AWS4${bucketKeys.secretAccessKey}`);
  return hmac(key, toSign).toString('hex') === signed.signature ? undefined : 'SignatureDoesNotMatch';
}

export async function openStore(): Promise<FakeStore> {
  const objects: FakeStore['objects'] = new Map();
  const puts: string[] = [];
  let ahead = 0;
  const server = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const body = Buffer.concat(parts);
    const url = new URL(request.url ?? '/', `http://${request.headers.host}`);
    const fail = (status: number, code: string): unknown =>
      response
        .writeHead(status, { 'content-type': 'application/xml' })
        .end(`<?xml version="1.0"?><Error><Code>${code}</Code><Message>It is not allowed.</Message></Error>`);
    const isPublic = request.method === 'GET' && url.pathname.startsWith('/public/');
    const [, bucket = '', ...rest] = url.pathname.split('/');
    const name = rest.map(decodeURIComponent).join('/');
    const code = isPublic ? undefined : refused(request, url, body, Date.now() + ahead);
    if (code !== undefined) return fail(code === 'AuthorizationHeaderMalformed' ? 400 : 403, code);
    if (!isPublic && bucket !== bucketName) return fail(404, 'NoSuchBucket');
    if (request.method === 'PUT') {
      puts.push(name);
      objects.set(name, { bytes: body, type: request.headers['content-type'] ?? '' });
      return response.writeHead(200).end();
    }
    if (request.method === 'DELETE') {
      objects.delete(name);
      return response.writeHead(204).end();
    }
    const object = objects.get(name);
    return object ? response.writeHead(200, { 'content-type': object.type }).end(object.bytes) : fail(404, 'NoSuchKey');
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    objects,
    puts,
    skew: (ms) => {
      ahead = ms;
    },
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}

/** The place of its bucket. */
export const bucketOf = ({ url: endpoint }: Pick<FakeStore, 'url'>) => ({
  endpoint,
  region: bucketRegion,
  bucket: bucketName,
  prefix: 'art/',
  keys: async () => bucketKeys,
});
