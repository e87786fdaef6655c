import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { ArtistError, packageRoot } from '../../core/index.ts';

/** What is used of the package. Its own types would be part of ours, and nobody must install it for them. */
export interface C2pa {
  WasmBuilder: { fromJson(definition: string, settings: string): ManifestBuilder };
  WasmReader: { fromBytes(type: string, bytes: Uint8Array, settings: string): Promise<{ json(): string; free(): void }> };
}

interface ManifestBuilder {
  setIntent(intent: unknown): void;
  addIngredientFromBlob(definition: string, type: string, blob: Blob): Promise<void>;
  sign(signer: ManifestSigner, identityAssertions: readonly unknown[], type: string, source: Blob): Promise<Uint8Array>;
  free(): void;
}

interface ManifestSigner {
  alg: string;
  reserveSize: number;
  sign(claim: Uint8Array): Promise<Uint8Array<ArrayBuffer>>;
}

let loading: Promise<C2pa> | undefined;

/**
 * The optional package that writes and reads C2PA manifests, loaded once in a process.
 *
 * @throws ArtistError ERR_UNSUPPORTED: it is not installed
 */
export function loadC2pa(): Promise<C2pa> {
  loading ??= load().catch((error: unknown) => {
    loading = undefined; // it may be installed by the next call
    throw error;
  });
  return loading;
}

async function load(): Promise<C2pa> {
  try {
    const c2pa = await import('@contentauth/c2pa-wasm');
    const file = createRequire(join(packageRoot(), 'package.json')).resolve('@contentauth/c2pa-wasm/c2pa.wasm');
    c2pa.initSync({ module: await readFile(file) });
    return c2pa;
  } catch (cause) {
    throw new ArtistError(
      'ERR_UNSUPPORTED',
      'provenance: expected the package @contentauth/c2pa-wasm for signing and reading manifests, got none. Install it beside this one: npm install @contentauth/c2pa-wasm',
      { cause },
    );
  }
}

/** Bytes as the Blob that the package asks for: it reads parts of it synchronously, which those of Node cannot do. */
export class BytesBlob extends Blob {
  readonly content: Uint8Array<ArrayBuffer>;

  constructor(content: Uint8Array) {
    super([]);
    this.content = new Uint8Array(content);
    Object.defineProperty(this, 'size', { value: content.length });
  }

  override slice(start = 0, end = this.content.length): BytesBlob {
    return new BytesBlob(this.content.subarray(start, end));
  }

  override async arrayBuffer(): Promise<ArrayBuffer> {
    return this.content.slice().buffer;
  }
}

/** What a browser's worker reads Blobs with. */
class BytesReader {
  readAsArrayBuffer(blob: BytesBlob): ArrayBuffer {
    return blob.content.slice().buffer;
  }
}

const readerName = 'FileReaderSync';
let working = 0;

/** Does work while the package finds a FileReaderSync, which it expects to be global. It is there only meanwhile: other packages ask for it to know where they run. */
export async function withFileReader<T>(work: () => Promise<T>): Promise<T> {
  if (working++ === 0) Object.defineProperty(globalThis, readerName, { value: BytesReader, configurable: true, enumerable: false });
  try {
    return await work();
  } finally {
    if (--working === 0) Reflect.deleteProperty(globalThis, readerName);
  }
}
