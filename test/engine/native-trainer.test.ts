/** The native trainer through the real addon, on the bundled model: learning, exact continuation, cancelling, refusals. */
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { packageRoot } from '../../lib/core/index.ts';
import { localEngine } from '../../lib/engine/addon/engine.ts';
import type { NativeEvent, NativeImage } from '../../lib/engine/addon/native-events.ts';
import type { NativeJob } from '../../lib/engine/addon/native-types.ts';
import type {
  NativeBeginRequest,
  NativeLatent,
  NativeNetworkRequest,
  NativeOptimizer,
  NativeStepRequest,
  NativeTextCondition,
  NativeTrainer,
  NativeTrainState,
} from '../../lib/engine/addon/trainer-types.ts';
import { suite } from '../harness.ts';

const edge = 64;
const silent = (): void => undefined;
const files = {
  model: join(packageRoot(), 'models/mini.gguf'),
  tae: join(packageRoot(), 'models/mini-tae.safetensors'),
  weightType: 'f16', // the type it is painted with
  threads: 1,
} as const;
const lora: NativeNetworkRequest = { kind: 'lora', rank: 4, alpha: 4, seed: 1 };
const adamw: NativeBeginRequest = { optimizer: { kind: 'adamw' }, ema: 0.9 };

function picture(seed: number): NativeImage {
  const data = new Uint8Array(edge * edge * 3);
  for (let at = 0; at < data.length; at++) data[at] = (at * (seed + 3) + Math.floor(at / edge) * 5) % 256;
  return { width: edge, height: edge, channels: 3, data };
}

interface Sample {
  latent: NativeLatent;
  text: NativeTextCondition;
}

async function encode(trainer: NativeTrainer, count: number): Promise<Sample[]> {
  const texts = await trainer.encodeTexts(
    { texts: Array.from({ length: count }, (_, at) => `a picture, number ${at}`), width: edge, height: edge },
    silent,
  ).promise;
  const samples: Sample[] = [];
  for (const [at, text] of texts.entries()) samples.push({ text, latent: await trainer.encodeImage(picture(at), silent).promise });
  return samples;
}

function stepOf(samples: readonly Sample[], step: number): NativeStepRequest {
  return { batches: [{ items: samples.map((sample, id) => ({ ...sample, id })) }], learningRate: 2e-3, seed: 7, step };
}

/** Returns the coded error of a call or of its job. */
async function failure(start: () => NativeJob<unknown> | unknown): Promise<{ code: string; message: string }> {
  try {
    const started = start();
    if (typeof started === 'object' && started !== null && 'promise' in started) await started.promise;
  } catch (error) {
    if (error instanceof Error && 'code' in error && typeof error.code === 'string') return { code: error.code, message: error.message };
    throw error;
  }
  throw new Error('expected a failure, got a result');
}

suite('native trainer', (test) => {
  let trainer: NativeTrainer;
  let samples: Sample[];
  let loading: NativeEvent[];

  const open = (): Promise<NativeTrainer> => localEngine().loadTrainer(files, silent).promise;
  const sampleAt = (at: number): Sample => {
    const sample = samples[at];
    if (!sample) throw new Error(`no sample ${at}`);
    return sample;
  };
  const fresh = async (begin: NativeBeginRequest = adamw, network = lora): Promise<void> => {
    await trainer.createNetwork(network, silent).promise;
    await trainer.begin(begin).promise;
  };

  test.before(async () => {
    loading = [];
    trainer = await localEngine().loadTrainer(files, (event) => loading.push(event)).promise;
    samples = await encode(trainer, 2);
    await trainer.releaseEncoders().promise;
  });
  test.after(() => trainer.dispose().promise);

  test('the bundled model opens and describes itself', () => {
    const info = trainer.info();
    assert.is(info.objective, 'eps');
    assert.is(info.threads, 1);
    assert.is(info.latentFactor, 8);
    assert.ok(info.contextWidth > 0 && info.weightBytes > 1e6 && info.textEncoderLora);
    assert.ok(loading.some((event) => event.type === 'progress' && event.phase === 'load'));
  });

  test('captions and pictures become conditions and latents', () => {
    const info = trainer.info();
    for (const { text, latent } of samples) {
      assert.is(text.context.length, text.width * text.tokens);
      assert.is(text.width, info.contextWidth);
      assert.is(latent.width * latent.height, (edge / info.latentFactor) ** 2);
      assert.is(latent.mean.length, latent.width * latent.height * info.latentChannels);
      assert.is(latent.deviation !== undefined, info.latentsAreSampled);
    }
    assert.is.not(String(sampleAt(0).text.context), String(sampleAt(1).text.context));
    assert.is(sampleAt(0).text.text, 'a picture, number 0');
  });

  test('a network lists its modules, and a plan its memory', async () => {
    const network = await trainer.createNetwork(lora, silent).promise;
    assert.ok(network.modules.length > 10);
    assert.is(
      network.parameters,
      network.modules.reduce((sum, module) => sum + module.parameters, 0),
    );
    const plan = await trainer.plan({ width: edge, height: edge, batch: 2, checkpointing: 'fine' }, silent).promise;
    assert.ok(plan.computeBytes > 1e6 && plan.weightBytes > 1e6 && plan.networkBytes >= network.parameters * 8 && plan.nodes > 1000);
    assert.equal(plan.unsupported, []);
  });

  test('thirty steps on one fixed sample lower its loss', async () => {
    await fresh();
    const noise = new Float32Array(sampleAt(0).latent.mean.length).map((_, at) => Math.sin(at * 12.9898));
    const events: NativeEvent[] = [];
    const losses: number[] = [];
    for (let step = 0; step < 30; step++) {
      const item = { ...sampleAt(0), id: 0, noise, timestep: 400 };
      const request = { batches: [{ items: [item] }], learningRate: 5e-3, seed: 1, step };
      const result = await trainer.step(request, (event) => events.push(event)).promise;
      losses.push(result.loss);
      assert.ok(Number.isFinite(result.gradientNorm) && result.gradientNorm > 0);
      assert.equal(Array.from(result.timesteps), [400]);
    }
    const [first = 0] = losses;
    assert.ok((losses.at(-1) ?? first) < 0.7 * first, losses.map((loss) => loss.toFixed(4)).join(' '));
    assert.ok(events.some((event) => event.type === 'progress' && event.phase === 'train' && event.total === 1));
  });

  test('a state continues bit by bit in a new trainer, with every optimizer', async () => {
    const optimizers: NativeOptimizer[] = [
      { kind: 'adamw' },
      { kind: 'lion' },
      { kind: 'adafactor', beta1: 0.9 },
      { kind: 'prodigy', d0: 1e-4, safeguardWarmup: true },
    ];
    const other = await open();
    try {
      await other.createNetwork({ ...lora, seed: 99 }, silent).promise;
      for (const optimizer of optimizers) {
        const settings = { ...adamw, optimizer };
        await fresh(settings);
        await other.begin(settings).promise;
        await trainer.step(stepOf([sampleAt(0)], 0), silent).promise;
        const state = await trainer.exportState().promise;
        // Through JSON, as when it is read from a file.
        const stored: NativeTrainState = { ...state, numbers: JSON.parse(JSON.stringify(state.numbers)) as Record<string, number> };
        await other.importState(stored).promise;
        const request = stepOf([sampleAt(1)], 1);
        assert.equal(await other.step(request, silent).promise, await trainer.step(request, silent).promise, optimizer.kind);
        assert.equal(await other.exportState().promise, await trainer.exportState().promise, optimizer.kind);
        assert.equal(await other.exportNetwork({ ema: true }).promise, await trainer.exportNetwork({ ema: true }).promise);
      }
    } finally {
      await other.dispose().promise;
    }
  });

  test("an exported network has a module's tensors and alpha, and another one can start from its values", async () => {
    await fresh();
    await trainer.step(stepOf(samples, 0), silent).promise;
    const tensors = await trainer.exportNetwork({}).promise;
    const { modules } = await trainer.createNetwork({ ...lora, seed: 5 }, silent).promise;
    assert.is(tensors.length, modules.length * 3);
    for (const { name, rank, alpha } of modules) {
      const of = (suffix: string) => tensors.find((tensor) => tensor.name === `${name}.${suffix}`);
      assert.is(of('lora_down.weight')?.shape[0], rank);
      assert.is(of('lora_up.weight')?.shape[1], rank);
      assert.equal(Array.from(of('alpha')?.data ?? []), [alpha]);
    }
    const values = tensors.filter(({ name }) => !name.endsWith('.alpha')).map(({ name, data }) => ({ name, data }));
    await trainer.createNetwork({ ...lora, seed: 5, values }, silent).promise;
    await trainer.begin(adamw).promise;
    assert.equal(await trainer.exportNetwork({}).promise, tensors);
  });

  test('micro-batches give the same result as one batch', async () => {
    const request = stepOf(samples, 0);
    const items = request.batches.flatMap((batch) => batch.items);
    const lossAndNorm = async (batches: (typeof request)['batches']) => {
      await fresh();
      return trainer.step({ ...request, batches }, silent).promise;
    };
    const whole = await lossAndNorm([{ items }]);
    const parts = await lossAndNorm(items.map((item) => ({ items: [item] })));
    let sum = 0;
    for (const item of items) sum += (await lossAndNorm([{ items: [item] }])).loss;
    assert.ok(Math.abs(parts.loss - sum / items.length) < 1e-7 * parts.loss, `${parts.loss} ${sum / items.length}`);
    // Several pictures at once are summed in another order than one at a time, and rounding to F16 between layers amplifies the difference.
    assert.ok(Math.abs(whole.loss - parts.loss) < 1e-3 * whole.loss, `${whole.loss} ${parts.loss}`);
    assert.ok(Math.abs(whole.gradientNorm - parts.gradientNorm) < 1e-2 * whole.gradientNorm, `${whole.gradientNorm} ${parts.gradientNorm}`);
  });

  test('evaluation and prediction repeat exactly and change nothing', async () => {
    await fresh();
    await trainer.step(stepOf(samples, 0), silent).promise;
    const before = await trainer.exportState().promise;
    const request = {
      batch: { items: samples.map((sample, id) => ({ ...sample, id })) },
      seed: 3,
      timesteps: [100, 500, 900],
    };
    const first = await trainer.evaluate(request, silent).promise;
    assert.equal(await trainer.evaluate(request, silent).promise, first);
    assert.is(first.length, 2);
    assert.not.equal(await trainer.evaluate({ ...request, ema: true }, silent).promise, first);
    const { latent, text } = sampleAt(0);
    const x = { x: latent.mean, width: latent.width, height: latent.height, timesteps: [500], text: [text] };
    const predicted = await trainer.predict(x, silent).promise;
    assert.is(predicted.length, latent.mean.length);
    assert.not.equal(await trainer.predict({ ...x, ema: true }, silent).promise, predicted);
    assert.equal(await trainer.exportState().promise, before);
  });

  test('a cancelled step rejects and changes nothing', async () => {
    await fresh();
    await trainer.step(stepOf(samples, 0), silent).promise;
    const before = await trainer.exportState().promise;
    const [batch] = stepOf(samples, 1).batches;
    assert.ok(batch);
    const long = { ...stepOf(samples, 1), batches: Array.from({ length: 200 }, () => batch) };
    let seen = 0;
    const job: NativeJob<unknown> = trainer.step(long, (event) => {
      if (event.type !== 'progress') return;
      seen = Math.max(seen, event.step);
      if (event.step >= 1) job.cancel();
    });
    assert.is((await failure(() => job)).code, 'ERR_ABORTED');
    assert.ok(seen < 100, `${seen} micro-batches were computed`);
    assert.equal(await trainer.exportState().promise, before);
    const waiting = trainer.step(stepOf(samples, 1), silent);
    waiting.cancel();
    assert.is((await failure(() => waiting)).code, 'ERR_ABORTED');
    await trainer.step(stepOf(samples, 1), silent).promise;
  });

  test('a text encoder learns with its own learning rate', async () => {
    await fresh(adamw, { ...lora, textEncoder: true });
    const ofText = async () => (await trainer.exportNetwork({}).promise).filter(({ name }) => name.startsWith('lora_te'));
    const before = await ofText();
    assert.ok(before.length > 3);
    await trainer.step({ ...stepOf(samples, 0), textLearningRate: 0 }, silent).promise;
    assert.equal(await ofText(), before);
    const evaluate = () => trainer.evaluate({ batch: { items: [{ ...sampleAt(0), id: 0 }] }, seed: 3, timesteps: [500] }, silent).promise;
    const [state, loss] = [await trainer.exportState().promise, await evaluate()];
    await trainer.step({ ...stepOf(samples, 1), textLearningRate: 1e-3 }, silent).promise;
    assert.not.equal(await ofText(), before);
    assert.not.equal(await evaluate(), loss);
    await trainer.importState(state).promise;
    assert.equal(await evaluate(), loss, 'an earlier state is read by the text encoder, too');
  });

  test('each bad argument has its own message', async () => {
    await fresh();
    const state = await trainer.exportState().promise;
    const good = stepOf(samples, 0);
    const { latent, text } = sampleAt(0);
    const item = { latent, text, id: 0 };
    const withItem = (changed: object): unknown => ({ ...good, batches: [{ items: [{ ...item, ...changed }] }] });
    const nan = latent.mean.slice();
    nan[3] = Number.NaN;
    const wider = { ...latent, width: latent.width * 2, mean: new Float32Array(latent.mean.length * 2), deviation: undefined };
    const calls: [call: keyof NativeTrainer, argument: unknown, message: RegExp][] = [
      ['step', undefined, /^request: expected an object/],
      ['step', { ...good, batches: [] }, /^batches: expected at least 1 items, got 0/],
      ['step', { ...good, batches: [{ items: [] }] }, /^items: expected at least 1/],
      ['step', { ...good, learningRate: -1 }, /^learningRate: expected number 0\.\.10, got -1/],
      ['step', { ...good, learningRate: Number.NaN }, /^learningRate: expected a finite number/],
      ['step', { ...good, textLearningRate: 'x' }, /^textLearningRate: expected a finite number/],
      ['step', { ...good, seed: -1 }, /^seed: expected integer/],
      ['step', { ...good, step: 2 ** 32 }, /^step: expected integer 0\.\.4294967295, got 4294967296/],
      ['step', withItem({ id: 1.5 }), /^id: expected integer/],
      ['step', withItem({ weight: -1 }), /^weight: expected number/],
      ['step', withItem({ mask: new Float32Array(3) }), /^mask: expected \d+ values, got 3/],
      ['step', withItem({ noise: latent.mean.slice(1) }), /^noise: expected \d+ values/],
      ['step', withItem({ timestep: 1000 }), /^timestep: expected integer 0\.\.999, got 1000/],
      ['step', withItem({ timestep: 0.5 }), /^timestep: expected integer 0\.\.999/],
      ['step', withItem({ sizes: [1, 2, 3, 4, 5, 6] }), /^sizes: expected nothing/],
      ['step', withItem({ latent: { ...latent, mean: nan } }), /^mean: expected finite numbers, got nan at 3/],
      ['step', withItem({ latent: { ...latent, mean: [1, 2] } }), /^mean: expected a Float32Array/],
      ['step', withItem({ latent: { ...latent, channels: 3 } }), /^channels: expected \d+, as this model has, got 3/],
      ['step', withItem({ latent: { ...latent, width: 0 } }), /^width: expected integer 1/],
      ['step', withItem({ text: { ...text, width: 5 } }), /^width: expected \d+, as this model has, got 5/],
      ['step', withItem({ text: { ...text, tokens: text.tokens + 1 } }), /^context: expected \d+ values/],
      ['step', { ...good, batches: [{ items: [item, { ...item, latent: wider }] }] }, /^latent: expected the size of the batch's first/],
      ['evaluate', { batch: { items: [item] }, seed: 1, timesteps: [] }, /^timesteps: expected 1 to 1000 numbers, got 0/],
      ['evaluate', { batch: { items: [item] }, seed: 1, timesteps: [1, '2'] }, /^timesteps: expected integer 0\.\.999/],
      ['evaluate', { batch: { items: [item] }, seed: 1, timesteps: [1], ema: 1 }, /^ema: expected a boolean/],
      ['predict', { x: latent.mean, width: 3, height: 3, timesteps: [1], text: [text] }, /^x: expected \d+ values/],
      [
        'predict',
        { x: latent.mean, width: latent.width, height: latent.height, timesteps: [], text: [text] },
        /^timesteps: expected 1 numbers/,
      ],
      ['begin', { optimizer: { kind: 'sgd' } }, /^kind: expected one of adamw, lion, adafactor, prodigy, got "sgd"/],
      ['begin', { optimizer: {} }, /^kind: expected a string/],
      ['begin', { optimizer: { kind: 'adamw', beta1: 1 } }, /^beta1: expected number/],
      ['begin', { optimizer: { kind: 'adafactor', warmupInit: true } }, /^warmupInit: expected false without relativeStep/],
      ['begin', { optimizer: { kind: 'prodigy', growthRate: 0.5 } }, /^growthRate: expected 0/],
      ['begin', { ...adamw, objective: { min: 0.5, max: 0.5 } }, /^max: expected more than min/],
      ['begin', { ...adamw, objective: { sampling: 'cosine' } }, /^sampling: expected one of uniform, logit-normal/],
      ['begin', { ...adamw, ema: 1 }, /^ema: expected number/],
      ['begin', { ...adamw, checkpointing: 'all' }, /^checkpointing: expected one of none, blocks, fine/],
      ['createNetwork', { ...lora, kind: 'dora' }, /^kind: expected one of lora, loha, lokr/],
      ['createNetwork', { ...lora, rank: 0 }, /^rank: expected integer 1/],
      ['createNetwork', { ...lora, targets: 'some' }, /^targets: expected one of default/],
      ['createNetwork', { ...lora, include: 'x' }, /^include: expected an array/],
      ['createNetwork', { ...lora, unet: false }, /^unet: expected true, or textEncoder/],
      ['createNetwork', { ...lora, dropout: 1 }, /^dropout: expected number/],
      ['plan', { width: edge + 1, height: edge, batch: 1, checkpointing: 'none' }, /^width: expected a multiple of \d+, got 65/],
      ['plan', { width: edge, height: edge, batch: 0, checkpointing: 'none' }, /^batch: expected integer 1/],
      ['encodeTexts', { texts: [], width: edge, height: edge }, /^texts: expected at least 1/],
      ['encodeTexts', { texts: [1], width: edge, height: edge }, /^texts: expected a string/],
      ['encodeImage', { ...picture(1), channels: 1 }, /^image\.channels: expected 3/],
      ['importState', { ...state, optimizer: 'lion' }, /^state: expected the optimizer adamw, got lion/],
      ['importState', { ...state, tensors: state.tensors.slice(1) }, /^state: expected a tensor parameter\//],
      ['importState', { ...state, numbers: {} }, /^state: expected a finite number optimizer\/steps, got none/],
      ['importState', { ...state, tensors: [] }, /^tensors: expected at least 1/],
    ];
    for (const [call, argument, message] of calls) {
      const method = trainer[call] as (request: unknown, listen: () => void) => NativeJob<unknown>;
      const { code, message: refusal } = await failure(() => method.call(trainer, argument, silent));
      assert.is(code, 'ERR_INVALID_ARGUMENT', `${call}: ${refusal}`);
      assert.match(refusal, message, `${call}: ${refusal}`);
    }
    assert.equal(await trainer.exportState().promise, state, 'none of them changed anything');
  });

  test('the error for a call out of order names what comes first', async () => {
    const bare = await open();
    const [item] = stepOf(samples, 0).batches;
    assert.ok(item);
    assert.match((await failure(() => bare.begin(adamw))).message, /expected a network, got none\. Call createNetwork first/);
    assert.match((await failure(() => bare.step(stepOf(samples, 0), silent))).message, /expected a session, got none\. Call begin first/);
    await bare.dispose().promise;
    assert.is((await failure(() => bare.exportState())).code, 'ERR_DISPOSED');
    assert.is((await failure(() => bare.info())).code, 'ERR_DISPOSED');
  });

  test('files that cannot be trained are refused', async () => {
    const load = (request: object) => failure(() => localEngine().loadTrainer(request, silent));
    assert.match((await load({})).message, /^model: expected a path here or in diffusionModel, got neither/);
    assert.is((await load({ model: join(packageRoot(), 'models/none.gguf') })).code, 'ERR_MODEL_LOAD');
    assert.is((await load({ ...files, weightType: 'f99' })).code, 'ERR_INVALID_ARGUMENT');
    assert.is((await load({ ...files, backend: 'nonsense9' })).code, 'ERR_NO_DEVICE');
  });

  test('the gradients of a small model agree with central differences, and the check can be cancelled', async () => {
    const seen: number[] = [];
    const [report, ...others] = await localEngine().checkGradients({ backend: 'cpu', family: 'z-image', threads: 1 }, (event) => {
      if (event.type === 'progress') seen.push(event.step, event.total);
    }).promise;
    assert.ok(report && others.length === 0);
    assert.is(report.family, 'z-image');
    assert.ok(
      report.cosine > 0.999999 && report.relative < 1e-6 && report.directional < 1e-2 && report.nodes > 100,
      JSON.stringify(report),
    );
    assert.equal(report.unsupported, []);
    assert.ok(seen.at(-2) === 1 && seen.at(-1) === 1);
    const all = localEngine().checkGradients({ backend: 'cpu', threads: 1 }, silent);
    setTimeout(all.cancel, 50);
    assert.is((await failure(() => all)).code, 'ERR_ABORTED');
    assert.match(
      (await failure(() => localEngine().checkGradients({ family: 'sd9' as 'sd1' }, silent))).message,
      /^family: expected sd1, sd2/,
    );
    assert.is((await failure(() => localEngine().checkGradients({ backend: 'cuda9' }, silent))).code, 'ERR_NO_DEVICE');
  });

  test('a job that was queued before dispose() still ends', async () => {
    const short = await open();
    await short.createNetwork(lora, silent).promise;
    await short.begin(adamw).promise;
    const last = short.step(stepOf(samples, 0), silent);
    const freed = short.dispose();
    assert.ok(Number.isFinite((await last.promise).loss));
    await freed.promise;
  });
});
