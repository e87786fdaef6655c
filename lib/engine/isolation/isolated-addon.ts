import type { NativeAddon } from '../addon/native.ts';
import type { NativeClip, NativeJob, NativeModel, NativeUpscaler } from '../addon/native-types.ts';
import type { IsolatedEngine } from './isolated-engine.ts';
import type { Facts } from './protocol.ts';
import { Reloadable } from './reloadable.ts';

function then<A, B>(job: NativeJob<A>, make: (value: A) => B): NativeJob<B> {
  return { promise: job.promise.then(make), cancel: () => job.cancel() };
}

/** Implements the native interface (native.ts) through a child process. `facts`: what the child reported when it started. */
export function makeIsolatedAddon(engine: IsolatedEngine, facts: Facts): NativeAddon {
  return {
    configure: (settings) => engine.configure(settings),
    setLogLevel: (level) => engine.setLogLevel(level),
    versions: () => facts.versions,
    systemInfo: () => facts.systemInfo,
    physicalCores: () => facts.physicalCores,
    enums: () => facts.enums,
    listDevices: () => facts.devices,
    loadModel: (request, onEvent) => {
      const model = new Reloadable(engine, { method: 'loadModel', request });
      return then(
        model.load(onEvent),
        (info): NativeModel => ({
          info: () => info,
          generate: (job, listener) => model.run((target) => ({ method: 'generate', target, request: job }), listener),
          dispose: () => model.dispose(),
        }),
      );
    },
    loadUpscaler: (request, onEvent) => {
      const upscaler = new Reloadable(engine, { method: 'loadUpscaler', request });
      return then(
        upscaler.load(onEvent),
        ({ factor }): NativeUpscaler => ({
          factor: () => factor,
          upscale: (image, listener) => upscaler.run((target) => ({ method: 'upscale', target, image }), listener),
          dispose: () => upscaler.dispose(),
        }),
      );
    },
    loadClip: (request, onEvent) => {
      const clip = new Reloadable(engine, { method: 'loadClip', request });
      return then(
        clip.load(onEvent),
        (info): NativeClip => ({
          info: () => info,
          embedTexts: (texts, listener) => clip.run((target) => ({ method: 'embedTexts', target, request: texts }), listener),
          embedImages: (images, listener) => clip.run((target) => ({ method: 'embedImages', target, request: images }), listener),
          dispose: () => clip.dispose(),
        }),
      );
    },
    convertModel: (request, onEvent) => engine.run({ method: 'convertModel', request }, onEvent),
    cannyEdges: (image, request) => engine.run({ method: 'cannyEdges', image, request }),
    counters: () => {
      const jobs = engine.process?.jobs ?? 0;
      return { queued: Math.max(0, jobs - 1), running: Math.min(1, jobs) };
    },
    shutdown: () => {
      engine.shutdown();
      return true;
    },
  };
}
