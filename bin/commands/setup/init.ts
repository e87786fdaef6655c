import { ArtistError } from '../../../lib/core/index.ts';
import { text, toggle } from '../../flags/flags.ts';
import { command } from '../../shell/command.ts';
import { askRest, checkAnswers } from '../../steps/init/answers.ts';
import { setUp } from '../../steps/init/set-up.ts';

export const initCommand = command({
  flags: {
    model: text('bundled, an alias or a file'),
    schedule: text('When it paints by itself, such as "daily 09:00"; none: not'),
    publish: text('Network to publish to, whose sign-in is the next step; none: not'),
    yes: toggle('Ask nothing: what is not given stays as it is, or has its default'),
  },
  examples: [
    ['$0 init', 'Asks for model, schedule and publishing, and says what comes next'],
    ['$0 init --model sd-turbo --schedule "daily 09:00" --yes', 'The same for scripts'],
  ],
  epilogue: 'Settings that are not answered stay, and so do comments in config.yaml. It can be run again at any time.',
  run: async ({ model, schedule, publish, yes }, context) => {
    const given = { model, schedule, publish };
    await checkAnswers(given, context.home);
    const missing = Object.entries(given).flatMap(([name, value]) => (value === undefined ? [`--${name}`] : []));
    if (yes || missing.length === 0) return setUp(given, context);
    if (process.stdin.isTTY !== true || context.json)
      throw new ArtistError(
        'ERR_INVALID_ARGUMENT',
        `init: expected a terminal to ask in, got none. Give ${missing.join(', ')}, or --yes to leave that as it is`,
      );
    return setUp(await askRest(given, context), context);
  },
});
