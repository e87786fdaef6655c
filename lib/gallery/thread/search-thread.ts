/** The program of the search thread: answers questions to an index in shared memory, one after the other. Started by AskingThread. */
import { parentPort } from 'node:worker_threads';
import { ArtistError, asArtistError, isArtistError } from '../../core/index.ts';
import { IndexRows } from '../indexing/index-rows.ts';
import { Searches } from '../search/searches.ts';
import { WordIndex } from '../words/word-index.ts';
import type { Answered, Asked } from './messages.ts';

/** Rows that the word index reads between two looks at the clock. */
const rowsAtOnce = 100;
/** How long it reads between two questions, milliseconds: without it a question takes as long. */
const buildMs = 100;

const words = new WordIndex();
const searches = new Searches(words);
let known = { number: -1, rows: new IndexRows(0) };
let last: Promise<void> = Promise.resolve();
let isBuilding = false;

/** The rows of the index of a question: read on from where the last question was asked. */
function rowsOf({ number, bytes, length }: Asked['index']): IndexRows {
  if (known.number !== number) known = { number, rows: new IndexRows(0) };
  known.rows.bytes = Buffer.from(bytes);
  known.rows.take(length);
  words.follow(known.rows);
  return known.rows;
}

async function answerOf({ id, question, index, stop }: Asked): Promise<Answered> {
  const flag = new Int32Array(stop);
  const goOn = (): void => {
    if (Atomics.load(flag, 0) === 1) throw new ArtistError('ERR_ABORTED', 'search: nobody waits for the answer');
  };
  try {
    goOn();
    return { id, answer: await searches.answer(rowsOf(index), question, goOn) };
  } catch (thrown) {
    const error = asArtistError('search', [question], thrown);
    const { code, message } = isArtistError(error) ? error : new ArtistError('ERR_INTERNAL', `search: ${String(error)}`);
    return { id, error: { code, message } };
  }
}

/** Makes a part of the word index. @returns whether there is more to do */
function build(): boolean {
  const began = performance.now();
  while (words.build(rowsAtOnce)) if (performance.now() - began > buildMs) return true;
  return false;
}

function buildOn(): void {
  isBuilding = build();
  if (isBuilding) setImmediate(buildOn);
}

parentPort?.on('message', (asked: Asked) => {
  last = last.then(async () => {
    parentPort?.postMessage(await answerOf(asked));
    // Here too: while messages wait, no immediate runs.
    if (isBuilding) build();
    else buildOn();
  });
});
parentPort?.postMessage('ready');
