/**
 * Many clients of the live events of one server: `node bench/server/sse.mjs URL TOKEN [CLIENTS] [JOBS]`. Connects the clients, submits jobs and
 * cancels them, and prints how long the last client waited for each event, and what the clients cost this process. The server's own memory and
 * event loop are at its /metrics.
 */
import { Agent, get, request } from 'node:http';

const [url, token, clients = '1000', jobs = '20'] = process.argv.slice(2);
if (url === undefined || token === undefined) {
  console.error('usage: node bench/server/sse.mjs http://127.0.0.1:7860 TOKEN [CLIENTS] [JOBS]');
  process.exit(2);
}
const headers = { authorization: `Bearer ${token}` };
const agent = new Agent({ maxSockets: Number.POSITIVE_INFINITY });
/** Id of a job -> how many clients have heard of its end. */
const heard = new Map();
let open = 0;

function connect() {
  return new Promise((resolve, reject) => {
    const outgoing = get(`${url}/api/v1/events?topics=job`, { headers, agent }, (response) => {
      if (response.statusCode !== 200) return reject(new Error(`expected 200, got ${response.statusCode}`));
      open++;
      let rest = '';
      response.setEncoding('utf8').on('data', (part) => {
        const frames = (rest + part).split('\n\n');
        rest = frames.pop() ?? '';
        for (const frame of frames) {
          const data = /^event: job\ndata: (.*)$/m.exec(frame)?.[1];
          if (data === undefined) continue;
          const { id, state } = JSON.parse(data);
          if (state === 'cancelled') heard.set(id, (heard.get(id) ?? 0) + 1);
        }
      });
      response.on('close', () => open--);
      resolve(outgoing);
    });
    outgoing.on('error', reject);
  });
}

function post(path, body = {}) {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      `${url}/api/v1${path}`,
      { method: 'POST', headers: { ...headers, 'content-type': 'application/json' } },
      (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (part) => (text += part));
        response.on('end', () => resolve(JSON.parse(text)));
      },
    );
    outgoing.on('error', reject);
    outgoing.end(JSON.stringify(body));
  });
}

async function residentOf() {
  const text = await (await fetch(`${url}/metrics`, { headers })).text();
  return Number(/^process_resident_memory_bytes (\S+)/m.exec(text)?.[1] ?? Number.NaN);
}

const before = await residentOf();
const started = performance.now();
const connections = [];
for (let at = 0; at < Number(clients); at += 100)
  connections.push(...(await Promise.all(Array.from({ length: Math.min(100, Number(clients) - at) }, connect))));
const connected = performance.now() - started;
const idle = await residentOf();
const waits = [];
for (let at = 0; at < Number(jobs); at++) {
  const { id } = await post('/jobs', { prompt: `job ${at}`, options: { width: 64, height: 64, steps: 1 } });
  const begun = performance.now();
  await post(`/jobs/${id}/cancel`);
  while ((heard.get(id) ?? 0) < Number(clients) && performance.now() - begun < 30_000) await new Promise((done) => setTimeout(done, 5));
  waits.push(performance.now() - begun);
}
const after = await residentOf();
waits.sort((a, b) => a - b);
const mebibytes = (bytes) => Math.round(bytes / 2 ** 20);
console.log(
  JSON.stringify(
    {
      clients: open,
      connectedMs: Math.round(connected),
      lastClientMs: { median: Math.round(waits[waits.length >> 1]), most: Math.round(waits.at(-1)) },
      missed: [...heard.values()].filter((count) => count < Number(clients)).length,
      residentMiB: { before: mebibytes(before), connected: mebibytes(idle), after: mebibytes(after) },
    },
    undefined,
    2,
  ),
);
for (const connection of connections) connection.destroy();
