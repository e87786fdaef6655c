import { checkGradients, type GradientCheck } from '../../../lib/train/index.ts';
import { number, text } from '../../flags/flags.ts';
import { alignColumns } from '../../print/ledger-table.ts';
import { command } from '../../shell/command.ts';

function table(checks: readonly GradientCheck[]): string[] {
  const rows = checks.map(({ family, cosine, relative, directional, passed }) => [
    family,
    cosine.toFixed(6),
    relative.toExponential(1),
    directional.toExponential(1),
    passed ? 'ok' : 'DIFFERS',
  ]);
  return alignColumns([['family', 'cosine', 'difference', 'against differences', ''], ...rows]);
}

export const selftestCommand = command({
  flags: {
    backend: text('Device to test: a name from `ai-artist doctor`. Default: the best one'),
    family: text('Only this family: sd1, sdxl, sd3, flux, z-image…'),
    threads: number('CPU threads'),
  },
  examples: [
    ['$0 train selftest', 'Test the default training device'],
    ['$0 train selftest --backend CUDA0 --json', 'For a bug report'],
  ],
  epilogue:
    'Uses small random models of each family. Compares the gradients of the device with those of the CPU (cosine at least 0.999), and along the gradient with central differences of the loss.',
  run: async ({ backend, family, threads }, context) => {
    const checks = await checkGradients({
      ...(backend !== undefined && { backend }),
      ...(family !== undefined && { family }),
      ...(threads !== undefined && { threads }),
      signal: context.signal,
    });
    const failed = checks.filter(({ passed }) => !passed);
    return {
      json: { backend: backend ?? 'default', checks },
      text: table(checks),
      notes: [
        failed.length === 0
          ? 'all gradients agree'
          : `${failed.length} of ${checks.length} families differ: train on the CPU (--backend CPU), and report this`,
      ],
      status: failed.length === 0 ? 0 : 1,
    };
  },
});
