import { diagnose } from '../../lib/engine/index.ts';
import { storedTunings } from '../../lib/tune/index.ts';
import { diagnosisLines } from '../print/diagnosis-lines.ts';
import { command } from '../shell/command.ts';

export const doctorCommand = command({
  examples: [
    ['$0 doctor', 'The compiled engine in use, its devices, and what to do if there is none'],
    ['$0 doctor --json', 'The same for a bug report'],
  ],
  epilogue: 'Exit status 1 if nothing on this machine can paint yet.',
  run: async (_, { home, warn }) => {
    const diagnosis = await diagnose();
    const tunings = await storedTunings(home, warn);
    return { json: { ...diagnosis, tunings }, text: diagnosisLines(diagnosis, tunings), status: diagnosis.ok ? 0 : 1 };
  },
});
