import { readSecret } from '../../../lib/config/index.ts';
import { type PullEvent, type PullModelOptions, type PullRetryEvent, pullModel } from '../../../lib/models/index.ts';
import { createProgress, formatSeconds } from '../../../lib/observe/index.ts';
import { number, text, toggle } from '../../flags/flags.ts';
import { namesOf, pathsOf, toOptions } from '../../flags/option-paths.ts';
import { label, pulledOutcome } from '../../print/models/pulled.ts';
import { progressIsSilent } from '../../print/progress.ts';
import { command } from '../../shell/command.ts';

const flags = {
  sha256: text('Expected SHA-256, for a single file'),
  connections: number('Parallel ranges per file, 1..16. Default: 4'),
  endpoint: text('Base address of the hub or a mirror. Default: HF_ENDPOINT, else huggingface.co'),
  verify: toggle('Hash existing files again'),
  attempts: number('Failures in a row before giving up, 1..20. Default: 6'),
} as const;

const paths = pathsOf(flags, {});

export const pullCommand = command({
  required: { name: text('Alias (see: ai-artist models list), hf:owner/repository/file or an https address') },
  flags,
  names: new Map([...namesOf(paths), ['model', 'name']]),
  examples: [
    ['$0 models pull sd-turbo', 'An alias: every file of the model'],
    ['$0 models pull hf:owner/repository/model.safetensors', 'One file from Hugging Face'],
    ['HF_TOKEN=… $0 models pull sd35-medium', 'A gated model, after accepting its terms on its page'],
  ],
  epilogue:
    'Ctrl-C keeps the downloaded part; the same command resumes. HF_TOKEN is sent only to the endpoint. HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY work as with curl.',
  run: async ({ name, ...options }, context) => {
    const progress = createProgress({ unit: 'bytes', silent: progressIsSilent(context) });
    try {
      const onProgress = (event: PullEvent): void => {
        if (event.phase !== 'present') progress.update(label(event), event.bytes, event.totalBytes ?? 0);
      };
      const onRetry = ({ attempt, attempts, waitMs, reason }: PullRetryEvent): void =>
        context.warn(`${reason}; try ${attempt} of ${attempts} in ${formatSeconds(Math.max(1, Math.round(waitMs / 1000)))}`);
      const { home } = context;
      const { endpoint, connections, token } = (await context.config()).config.models;
      const secret = token === undefined ? undefined : await readSecret(token, 'models.token', { home });
      const pulled = await pullModel(name, {
        connections,
        ...(endpoint !== undefined && { endpoint }),
        ...(secret !== undefined && { token: secret }),
        ...toOptions(options, paths),
        home,
        signal: context.signal,
        onProgress,
        onRetry,
      } as PullModelOptions);
      progress.end();
      return pulledOutcome(pulled);
    } finally {
      progress.end();
    }
  },
});
