import { createHash } from 'node:crypto';
import { AwsV4Signer } from 'aws4fetch';
import { errorLine, isArtistError, systemCode } from '../../core/index.ts';
import { proxiedFetch } from '../../models/index.ts';
import { type Failure, NetworkFailure } from '../networks/network-failure.ts';
import { inOneLine } from '../networks/refusal.ts';

/** A bucket of a store with the API of Amazon S3: AWS, Cloudflare R2, Backblaze B2, MinIO, Garage and others. */
export interface PublicBucket {
  /** Of the API, without the bucket: https://s3.eu-central-1.amazonaws.com. */
  endpoint: string;
  /** Default us-east-1; `auto` for R2. */
  region?: string | undefined;
  bucket: string;
  /** Begins the names of objects, such as posts/. */
  prefix?: string | undefined;
  /** Address at which anybody can fetch the bucket's objects. Default: addresses that are signed for a day. */
  url?: string | undefined;
  /** The key that may write, read and delete objects. Asked for at each call. */
  keys: () => Promise<BucketKeys>;
}

export interface BucketKeys {
  accessKeyId: string;
  secretAccessKey: string;
}

const timeoutMs = 120_000;
/** How long a signed address holds, seconds: as long as a network may wait before it fetches. */
const signedSeconds = 86_400;

/** A bucket by paths (endpoint/bucket/object), which every store takes. */
export class Bucket {
  readonly settings = 'publish.publicBucket';
  readonly #place: PublicBucket;

  constructor(place: PublicBucket) {
    this.#place = place;
  }

  async put(name: string, bytes: Uint8Array<ArrayBuffer>, type: string): Promise<string> {
    await this.#call('PUT', name, bytes, { 'content-type': type, 'cache-control': 'public, max-age=86400' });
    const { url } = this.#place;
    return url === undefined ? this.#signedAddress(name) : `${url.replace(/\/$/, '')}/${this.#keyOf(name)}`;
  }

  async remove(name: string): Promise<void> {
    await this.#call('DELETE', name);
  }

  #keyOf(name: string): string {
    return `${this.#place.prefix ?? ''}${name}`;
  }

  #addressOf(name: string): URL {
    const { endpoint, bucket } = this.#place;
    return new URL(`${endpoint.replace(/\/$/, '')}/${bucket}/${this.#keyOf(name)}`);
  }

  async #signed(
    url: URL,
    init: { method: string; headers?: Record<string, string>; query?: boolean },
  ): Promise<{ url: URL; headers: Headers }> {
    const { region = 'us-east-1', keys } = this.#place;
    const { method, headers = {}, query = false } = init;
    const signer = new AwsV4Signer({ ...(await keys()), service: 's3', region, url: url.href, method, headers, signQuery: query });
    return signer.sign();
  }

  async #signedAddress(name: string): Promise<string> {
    const url = this.#addressOf(name);
    url.searchParams.set('X-Amz-Expires', String(signedSeconds));
    return (await this.#signed(url, { method: 'GET', query: true })).url.href;
  }

  async #call(method: 'PUT' | 'DELETE', name: string, body?: Uint8Array<ArrayBuffer>, more: Record<string, string> = {}): Promise<void> {
    const sha256 = createHash('sha256')
      .update(body ?? '')
      .digest('hex');
    const { url, headers } = await this.#signed(this.#addressOf(name), { method, headers: { ...more, 'x-amz-content-sha256': sha256 } });
    let status: number;
    let said: string;
    try {
      const response = await proxiedFetch(url, {
        method,
        redirect: 'manual',
        headers: Object.fromEntries(headers),
        ...(body && { body }),
        signal: AbortSignal.timeout(timeoutMs),
      });
      status = response.status;
      said = (await response.text()).slice(0, 10_000);
    } catch (error) {
      if (isArtistError(error)) throw failed(url, { code: error.code, message: error.message });
      const cause = error instanceof Error ? (error.cause ?? error) : error;
      throw failed(url, { ...later, message: `expected an answer, got ${systemCode(cause) ?? errorLine(cause)}. It is tried again` });
    }
    if (status < 300 || (method === 'DELETE' && status === 404)) return;
    throw failed(url, refusalOf(status, said));
  }
}

const later = { code: 'ERR_NETWORK', retryable: true } as const;

const failed = (url: URL, failure: Pick<Failure, 'code' | 'message'> & Partial<Failure>): NetworkFailure =>
  new NetworkFailure({ retryable: false, unsure: false, ...failure, message: `${url.host}: ${failure.message}` });

/** What the store's own codes mean (docs.aws.amazon.com, Amazon S3 API, Error responses). */
const todos: Readonly<Record<string, string>> = {
  AccessDenied: 'Check what the key of publish.publicBucket may do: it has to write, read and delete objects',
  InvalidAccessKeyId: 'Check publish.publicBucket.accessKeyId',
  SignatureDoesNotMatch: 'Check publish.publicBucket.secretAccessKey and region',
  RequestTimeTooSkewed: "Set this machine's clock",
  NoSuchBucket: 'Check publish.publicBucket.bucket, or make the bucket',
  AuthorizationHeaderMalformed: 'Check publish.publicBucket.region',
  PermanentRedirect: 'Check publish.publicBucket.endpoint and region',
};

function refusalOf(status: number, xml: string): Pick<Failure, 'code' | 'message'> & Partial<Failure> {
  const part = (name: string): string => new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1] ?? '';
  const code = part('Code');
  const got = inOneLine(`${status} ${[code, part('Message')].filter(Boolean).join(': ')}`);
  if (status === 429 || status === 408 || status >= 500)
    return { ...later, message: `expected the store to take the picture, got ${got}. It is tried again` };
  return {
    code: 'ERR_CONFIG',
    message: `expected the store to take the picture, got ${got}. ${todos[code] ?? 'Check publish.publicBucket'}`,
  };
}
