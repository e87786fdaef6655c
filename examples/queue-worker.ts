/**
 * A worker of a BullMQ queue named "pictures": paints `{subject}` or `{prompt}` and files the work in its gallery. The id of the job is the
 * task of the work, so a job that is given out again after a crash finds the work and does not paint a second one.
 * Needs: bullmq. Environment: REDIS_URL, AI_ARTIST_HOME.
 */
import { createArtist } from 'ai-artist';
import { Worker } from 'bullmq';

const artist = await createArtist();
const { hostname: host, port } = new URL(process.env['REDIS_URL'] ?? 'redis://127.0.0.1:6379');

const worker = new Worker<{ prompt?: string; subject?: string }, { id: string; path: string }>(
  'pictures',
  async (job, _token, signal) => {
    const task = `pictures/${job.id}`;
    const filed = await artist.filed(task);
    const { work } = filed
      ? { work: filed }
      : await artist.create({
          ...job.data,
          task,
          ...(signal && { signal }),
          onProgress: (event) => {
            if (event.type === 'sample') void job.updateProgress(event.step / event.steps);
          },
        });
    return { id: work.id, path: work.path };
  },
  { connection: { host, port: Number(port || 6379), maxRetriesPerRequest: null } },
);
worker.on('failed', (job, error) => console.error(`${job?.id}: ${error.message}`));

process.once('SIGTERM', async () => {
  await worker.close(); // finishes the work it paints
  await artist.dispose();
});
console.log('waiting for jobs');
