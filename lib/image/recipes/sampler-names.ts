/** Names of samplers and schedulers: the engine's <-> A1111's, and the names of other programs. */

/** Engine name -> the name in A1111 and Forge, or a name of the same form if they have none. */
const samplerTitles: Record<string, string> = {
  euler: 'Euler',
  euler_a: 'Euler a',
  heun: 'Heun',
  dpm2: 'DPM2',
  'dpm++2s_a': 'DPM++ 2S a',
  'dpm++2m': 'DPM++ 2M',
  'dpm++2mv2': 'DPM++ 2M v2',
  ipndm: 'IPNDM',
  ipndm_v: 'IPNDM_V',
  lcm: 'LCM',
  ddim_trailing: 'DDIM',
  tcd: 'TCD',
  res_multistep: 'Res Multistep',
  res_2s: 'Res 2S',
  er_sde: 'ER SDE',
  euler_cfg_pp: 'Euler CFG++',
  euler_a_cfg_pp: 'Euler a CFG++',
  euler_ge: 'Euler GE',
};

const schedulerTitles: Record<string, string> = {
  // A1111's "Uniform" uses the model's own noise levels at even time steps, which is the engine's "discrete".
  discrete: 'Uniform',
  karras: 'Karras',
  exponential: 'Exponential',
  ays: 'Align Your Steps',
  gits: 'Align Your Steps GITS',
  sgm_uniform: 'SGM Uniform',
  simple: 'Simple',
  smoothstep: 'Smoothstep',
  kl_optimal: 'KL Optimal',
  lcm: 'LCM',
  bong_tangent: 'Bong Tangent',
  ltx2: 'LTX2',
};

/** Names of ComfyUI, InvokeAI, NovelAI, SwarmUI and Fooocus after `reduce`, if different from the engine's and A1111's. */
const samplerAliases: Record<string, string> = {
  eulerancestral: 'euler_a',
  kdpm2: 'dpm2',
  dpmpp2sancestral: 'dpm++2s_a',
  'dpm++2sancestral': 'dpm++2s_a',
  dpmpp2s: 'dpm++2s_a',
  dpmpp2sa: 'dpm++2s_a',
  dpmpp2m: 'dpm++2m',
  ddimv3: 'ddim_trailing',
  euleracfgpp: 'euler_a_cfg_pp',
  eulerancestralcfgpp: 'euler_a_cfg_pp',
  eulercfgpp: 'euler_cfg_pp',
};

const schedulerAliases: Record<string, string> = {
  normal: 'discrete',
  native: 'discrete',
  alignyoursteps: 'ays',
  sgmuniform: 'sgm_uniform',
};

/** Lower case without blanks, underscores and hyphens; a leading "k_" or "sample_" of k-diffusion is dropped. */
function reduce(name: string): string {
  return name
    .trim()
    .toLowerCase()
    .replace(/^(?:k_|sample_)/, '')
    .replace(/[\s_-]/g, '');
}

function index(titles: Record<string, string>, aliases: Record<string, string>): Map<string, string> {
  const names = new Map<string, string>();
  for (const [engine, title] of Object.entries(titles)) names.set(reduce(engine), engine).set(reduce(title), engine);
  for (const [alias, engine] of Object.entries(aliases)) names.set(alias, engine);
  return names;
}

const samplers = index(samplerTitles, samplerAliases);
const schedulers = index(schedulerTitles, schedulerAliases);

/** A1111's name for an engine sampler; an unknown name stays unchanged. */
export function samplerTitle(engine: string): string {
  return Object.hasOwn(samplerTitles, engine) ? (samplerTitles[engine] ?? engine) : engine;
}

export function schedulerTitle(engine: string): string {
  return Object.hasOwn(schedulerTitles, engine) ? (schedulerTitles[engine] ?? engine) : engine;
}

/**
 * The engine's sampler and scheduler for a name of any program. Names that include the schedule ("DPM++ 2M Karras", "dpmpp_2m_k", "euler_a
 * karras") are split. An unknown name is returned unchanged.
 */
export function engineNames(sampler: string | undefined, scheduler?: string): { sampler?: string; scheduler?: string } {
  const result: { sampler?: string; scheduler?: string } = {};
  if (scheduler !== undefined && scheduler !== '') result.scheduler = schedulers.get(reduce(scheduler)) ?? scheduler;
  if (sampler === undefined || sampler === '') return result;
  const whole = samplers.get(reduce(sampler));
  if (whole !== undefined) return { sampler: whole, ...result };
  const invoke = /^(.+)_k$/.exec(sampler)?.[1];
  const invokeSampler = invoke === undefined ? undefined : samplers.get(reduce(invoke));
  if (invokeSampler !== undefined) return { scheduler: 'karras', ...result, sampler: invokeSampler };
  const split = /^(\S.*)[ _](\S+)$/.exec(sampler.trim());
  const suffix = split?.[2] === undefined ? undefined : schedulers.get(reduce(split[2]));
  if (split?.[1] !== undefined && suffix !== undefined)
    return { scheduler: suffix, ...result, sampler: samplers.get(reduce(split[1])) ?? split[1] };
  return { sampler, ...result };
}
