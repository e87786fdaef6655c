/** Which model suits this machine: `models list`, `models recommend`. */
export const advice = {
  measuring: 'measuring how fast this machine is, once: a few seconds …',
  wish: { photo: 'photos', illustration: 'illustrations', speed: 'speed', small: 'little memory' },
  model: 'model',
  for: 'for',
  download: 'download',
  memory: 'memory',
  picture: 'a picture',
  command: 'command',
  licence: 'licence',
  nothing: 'nothing fits into the memory',
  seconds: ({ figure }: { figure: string }) => `${figure} s`,
  minutes: ({ figure }: { figure: string }) => `${figure} min`,
  hours: ({ figure }: { figure: string }) => `${figure} h`,
  perPicture: ({ time }: { time: string }) => `${time} a picture`,
  unknown: 'unknown',
  take: 'take this one',
  tooLarge: 'needs more memory than can be used here',
  tooSlow: ({ time }: { time: string }) => `takes longer than ${time}`,
  gated: 'needs an account and accepted terms (HF_TOKEN)',
  alsoGood: 'would do, too',
  slow: ({ name, time }: { name: string; time: string }) =>
    `nothing that fits paints in ${time} here; ${name} is the quickest. Other limit: --seconds`,
  machine: ({ bytes, teraflops, day }: { bytes: string; teraflops: string; day: string }) =>
    `Models can use ${bytes} of memory here, and the machine computes up to ${teraflops} TFLOP/s (measured ${day}).`,
  memoryOnly: ({ bytes }: { bytes: string }) => `Models can use ${bytes} of memory here.`,
  busy: ({ percent }: { percent: number }) =>
    `Other programs used ${percent} % of the processors while that was measured, so times are too long for a quiet machine. Measure again: ai-artist models recommend --measure`,
  estimated: 'Times with ~ are estimates from what there is to compute, for the size and steps of each model (docs/models.md).',
  larger: ({ name, bytes, memory, time }: { name: string; bytes: string; memory: string; time: string | undefined }) =>
    `The bundled model is small. ${name} fits this machine (${[`${bytes} to download`, `${memory} of memory`, ...(time ? [time] : [])].join(', ')}): ai-artist models pull ${name}. Others: ai-artist models recommend. Said once.`,
  judged: 'The order for photos and illustrations is our judgement, not measured. Others, and why: --for photo',
};
