/**
 * A Discord slash command `/paint prompt:…` by interactions over HTTP: Discord calls this server, so no connection is kept open. Set its
 * public address as "Interactions Endpoint URL" of the application. Environment: DISCORD_PUBLIC_KEY (hexadecimal, from the application's
 * page), PORT; DISCORD_API for a proxy.
 */
import { createPublicKey, verify } from 'node:crypto';
import { createServer } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { isArtistError, loadModel } from 'ai-artist';

interface Interaction {
  type: number;
  application_id: string;
  token: string;
  data?: { name: string; options?: { name: string; value: string }[] };
}

const api = process.env['DISCORD_API'] ?? 'https://discord.com/api/v10';
const key = createPublicKey({
  // RFC 8410: what stands before the 32 bytes of an Ed25519 key.
  key: Buffer.from(`302a300506032b6570032100${process.env['DISCORD_PUBLIC_KEY']}`, 'hex'),
  format: 'der',
  type: 'spki',
});
const model = await loadModel({ isolate: true });

/** Replaces "is thinking…" by the picture. The token is valid for 15 minutes. */
async function paint({ application_id, token, data }: Interaction): Promise<void> {
  const prompt = data?.options?.find(({ name }) => name === 'prompt')?.value ?? '';
  const form = new FormData();
  try {
    const { images } = await model.generate({ prompt });
    const about = { description: `Made by a machine: ${prompt}`.slice(0, 1024), filename: 'picture.png', id: 0 };
    form.set('payload_json', JSON.stringify({ content: prompt.slice(0, 2000), attachments: [about], allowed_mentions: { parse: [] } }));
    form.set('files[0]', await images[0].toBlob(), 'picture.png');
  } catch (error) {
    if (!isArtistError(error)) throw error;
    form.set('payload_json', JSON.stringify({ content: `That did not work: ${error.message}`.slice(0, 2000) }));
  }
  const response = await fetch(`${api}/webhooks/${application_id}/${token}/messages/@original`, { method: 'PATCH', body: form });
  if (!response.ok) throw new Error(`Discord: ${response.status} ${await response.text()}`);
}

const server = createServer(async (request, response) => {
  const body = await buffer(request);
  const signature = Buffer.from(String(request.headers['x-signature-ed25519']), 'hex');
  const signed = Buffer.concat([Buffer.from(String(request.headers['x-signature-timestamp'])), body]);
  if (!verify(null, signed, key, signature)) return void response.writeHead(401).end('invalid request signature');
  const interaction = JSON.parse(body.toString()) as Interaction;
  response.setHeader('content-type', 'application/json');
  if (interaction.type === 1) return void response.end('{"type":1}'); // ping
  response.end('{"type":5}'); // "is thinking…": an answer is due within 3 seconds
  paint(interaction).catch((error: unknown) => console.error(error));
});
server.listen(Number(process.env['PORT'] ?? 3000), () => console.log('listening on', server.address()));
process.once('SIGTERM', () => server.close(() => void model.dispose()));
