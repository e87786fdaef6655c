/** A training that ends as in a power failure. argv[2]: its options; argv[3]: the step after which it kills itself. */
import { type TrainLoraOptions, trainLora } from '../../lib/train/index.ts';

const options = JSON.parse(process.argv[2] ?? '') as TrainLoraOptions;
await trainLora({
  ...options,
  onProgress: (event) => {
    if (event.type === 'step' && event.step === Number(process.argv[3])) process.kill(process.pid, 'SIGKILL');
  },
});
