/**
 * The isolated engine process: engine-process.ts starts it; it loads the real addon and serves the parent's calls.
 * It exits when the channel to the parent closes, even if the parent crashed.
 */
import { writeFileSync } from 'node:fs';
import { engine } from '../addon/engine.ts';
import type { NativeAddon } from '../addon/native.ts';
import type { NativeEvent } from '../addon/native-events.ts';
import type { NativeClip, NativeJob, NativeModel, NativeUpscaler } from '../addon/native-types.ts';
import { Outbox } from './outbox.ts';
import { type Call, type Facts, type Results, type ToChild, type ToParent, toFailure } from './protocol.ts';

interface Kinds {
  model: NativeModel;
  upscaler: NativeUpscaler;
  'CLIP model': NativeClip;
}
type Loaded = { [K in keyof Kinds]: { kind: K; object: Kinds[K] } }[keyof Kinds];
type Started = NativeJob<Results[keyof Results]>;

const loaded = new Map<number, Loaded>();
const running = new Map<number, () => void>();
const outbox = new Outbox((message, sent) => {
  if (process.connected) process.send?.(message, undefined, {}, sent);
});

function facts(native: NativeAddon): Facts {
  return {
    versions: native.versions(),
    systemInfo: native.systemInfo(),
    physicalCores: native.physicalCores(),
    enums: native.enums(),
    devices: native.listDevices(),
  };
}

function keep<T>(job: NativeJob<T>, onResult: (result: T) => Results[keyof Results]): Started {
  return { promise: job.promise.then(onResult), cancel: () => job.cancel() };
}

function anyTarget(id: number): Loaded {
  const found = loaded.get(id);
  if (!found) throw Object.assign(new Error('The model was disposed'), { code: 'ERR_DISPOSED', log: [] });
  return found;
}

function target<K extends keyof Kinds>(id: number, kind: K): Kinds[K] {
  const found = anyTarget(id);
  if (found.kind !== kind) throw new TypeError(`target: expected the kind ${kind}, got ${found.kind}`);
  return found.object as Kinds[K];
}

function start(native: NativeAddon, id: number, call: Call, onEvent: (event: NativeEvent) => void): Started {
  switch (call.method) {
    case 'loadModel':
      return keep(native.loadModel(call.request, onEvent), (object) => {
        loaded.set(id, { kind: 'model', object });
        return object.info();
      });
    case 'loadUpscaler':
      return keep(native.loadUpscaler(call.request, onEvent), (object) => {
        loaded.set(id, { kind: 'upscaler', object });
        return { factor: object.factor() };
      });
    case 'loadClip':
      return keep(native.loadClip(call.request, onEvent), (object) => {
        loaded.set(id, { kind: 'CLIP model', object });
        return object.info();
      });
    case 'convertModel':
      return keep(native.convertModel(call.request, onEvent), () => undefined);
    case 'cannyEdges':
      return native.cannyEdges(call.image, call.request);
    case 'dispose': {
      const { object } = anyTarget(call.target);
      loaded.delete(call.target);
      return keep(object.dispose(), () => undefined);
    }
    case 'generate':
      return target(call.target, 'model').generate(call.request, onEvent);
    case 'upscale':
      return target(call.target, 'upscaler').upscale(call.image, onEvent);
    case 'embedTexts':
      return target(call.target, 'CLIP model').embedTexts(call.request, onEvent);
    case 'embedImages':
      return target(call.target, 'CLIP model').embedImages(call.request, onEvent);
  }
}

async function serve(native: NativeAddon, id: number, call: Call): Promise<ToParent> {
  try {
    const job = start(native, id, call, (event) => outbox.post({ type: 'event', id, event }));
    running.set(id, () => job.cancel());
    return { type: 'result', id, value: await job.promise };
  } catch (error) {
    return { type: 'failure', id, failure: toFailure(error) };
  } finally {
    running.delete(id);
  }
}

function receive(native: NativeAddon, message: ToChild): void {
  if (message.type === 'call') {
    outbox.post({ type: 'accepted', id: message.id });
    void serve(native, message.id, message.call).then((answer) => outbox.post(answer));
  } else if (message.type === 'cancel') running.get(message.id)?.();
  else if (message.type === 'configure') native.configure(message.settings);
  else native.setLogLevel(message.level);
}

/** Asks Linux to kill this process rather than the parent when memory runs out, because the parent can survive and report it. */
function preferOutOfMemoryKill(): void {
  if (process.platform !== 'linux') return;
  try {
    writeFileSync('/proc/self/oom_score_adj', '500');
  } catch {
    // /proc is read-only in some sandboxes. The kernel then chooses by size alone, which also means this process.
  }
}

function main(): void {
  process.once('disconnect', () => process.exit(0));
  // Its parent may have died while it loaded its modules, which no event tells any more.
  if (!process.connected) process.exit(0);
  // Ctrl-C in a terminal reaches the whole process group, and a service manager's SIGTERM every process of the service. Only the parent reacts,
  // so that its jobs are cancelled and do not crash.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => undefined);
  preferOutOfMemoryKill();
  try {
    const native = engine();
    process.on('message', (message) => receive(native, message as ToChild));
    outbox.post({ type: 'ready', facts: facts(native) });
  } catch (error) {
    process.send?.({ type: 'unusable', failure: toFailure(error) } satisfies ToParent, undefined, {}, () => process.disconnect?.());
  }
}

main();
