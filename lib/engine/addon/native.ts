/**
 * The native interface: the type of everything the compiled addon exports (native/binding; training: trainer-types.ts), and the only code
 * that loads the .node file.
 */

import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { packageRoot } from '../../core/index.ts';
import { openBinary } from './binary.ts';
import { gpuProblem } from './gpu-proof.ts';
import type { NativeEvent, NativeImage, NativeLogLevel } from './native-events.ts';
import type {
  NativeCannyRequest,
  NativeClip,
  NativeClipRequest,
  NativeConvertRequest,
  NativeDevice,
  NativeEnums,
  NativeJob,
  NativeModel,
  NativeModelRequest,
  NativeProducts,
  NativeProductsRequest,
  NativeUpscaler,
  NativeUpscalerRequest,
  NativeVersions,
} from './native-types.ts';
import type { NativeGradientCheck, NativeGradientCheckRequest, NativeTrainer, NativeTrainerRequest } from './trainer-types.ts';

export interface NativeAddon {
  /** vocabularyDir: the package's vocab/. backendDir: folder of the CPU kernel modules of a portable build. Call it once, first. */
  configure(options: { vocabularyDir: string; backendDir: string }): void;
  /** The native side drops lines below this level before they cost anything. Process-wide. */
  setLogLevel(level: NativeLogLevel | 'off'): void;
  versions(): NativeVersions;
  systemInfo(): string;
  physicalCores(): number;
  enums(): NativeEnums;
  listDevices(): NativeDevice[];
  loadModel(request: NativeModelRequest, onEvent: (event: NativeEvent) => void): NativeJob<NativeModel>;
  loadUpscaler(request: NativeUpscalerRequest, onEvent: (event: NativeEvent) => void): NativeJob<NativeUpscaler>;
  loadClip(request: NativeClipRequest, onEvent: (event: NativeEvent) => void): NativeJob<NativeClip>;
  convertModel(request: NativeConvertRequest, onEvent: (event: NativeEvent) => void): NativeJob<void>;
  cannyEdges(image: NativeImage, request: NativeCannyRequest): NativeJob<NativeImage>;
  /** Number of waiting and running jobs, process-wide. */
  counters(): { queued: number; running: number };
  /** Cancels all jobs of this environment and waits at most `milliseconds` for the engine thread. Returns whether the thread stopped. */
  shutdown(milliseconds: number): boolean;
}

/** The addon in this process: everything that an isolated one can do, and training. */
export interface NativeLocalAddon extends NativeAddon {
  loadTrainer(request: NativeTrainerRequest, onEvent: (event: NativeEvent) => void): NativeJob<NativeTrainer>;
  /** Compares gradients of small random models of each family: the device's with the CPU's and with central differences. */
  checkGradients(request: NativeGradientCheckRequest, onEvent: (event: NativeEvent) => void): NativeJob<NativeGradientCheck[]>;
  measureProducts(request: NativeProductsRequest, onEvent: (event: NativeEvent) => void): NativeJob<NativeProducts>;
  /** Floating-point operations of the products and convolutions of all graphs that this process computed. */
  operations(): number;
}

/** What is wrong with the addon of a package for a GPU; said once, when it is found. */
function gpuProblemHere(file: string, root: string): string | undefined {
  const { problem, isNew } = gpuProblem(file, root);
  if (problem !== undefined && isNew)
    process.emitWarning(
      `${file} is not used: ${problem}. It is tried again when it or the driver changes; ai-artist doctor tries it at once`,
      { type: 'ArtistWarning' },
    );
  return problem;
}

let loaded: { addon: NativeLocalAddon; file: string } | undefined;

/**
 * Returns the compiled addon. The first call finds, checks, loads and configures it; later calls return the same object. Each worker thread
 * has its own addon object; the process has one engine behind them all.
 *
 * @throws ArtistError ERR_NO_BINARY when no candidate can be loaded
 */
export function loadNative(): NativeLocalAddon {
  if (loaded) return loaded.addon;
  const root = packageRoot();
  const require = createRequire(join(root, 'package.json'));
  const { addon, file } = openBinary({
    open: (path) => {
      const opened = require(path) as NativeLocalAddon;
      opened.configure({ vocabularyDir: join(root, 'vocab'), backendDir: dirname(path) });
      return opened;
    },
    gpuProblem: (path) => gpuProblemHere(path, root),
  });
  loaded = { addon, file };
  return addon;
}

/** Path of the loaded addon; undefined before the first loadNative(). */
export function nativeFile(): string | undefined {
  return loaded?.file;
}
