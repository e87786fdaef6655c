import { isArtistError } from '../../lib/core/index.ts';
import { diagnose } from '../../lib/engine/index.ts';
import { type Tuning, tunedStore } from '../../lib/tune/index.ts';
import { diagnosisLines } from '../print/diagnosis-lines.ts';
import { command } from '../shell/command.ts';

/** A store that cannot be read is no reason to say nothing about the rest. */
async function storedTunings(home: string, warn: (line: string) => void): Promise<Tuning[]> {
  try {
    return (await tunedStore(home, warn).read()).tunings;
  } catch (error) {
    if (!isArtistError(error)) throw error;
    warn(`tuned settings: ${error.code}: ${error.message}`);
    return [];
  }
}

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
