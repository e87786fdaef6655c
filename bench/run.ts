/** `npm run bench [-- suite…]`: runs the named suites one after the other, or all of them. Each prints its figures and the hardware. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const suites: Record<string, string[]> = {
  overhead: ['overhead/overhead.ts'],
  memory: ['memory.ts'],
  clip: ['clip/clip.ts'],
  gallery: ['gallery/gallery.ts'],
  server: ['server/server.ts'],
  web: ['web/page.ts', '--lighthouse'],
  sse: ['server/sse-memory.ts'],
  train: ['train/speed.ts'],
  kernels: ['kernels/kernels.ts'],
  peers: ['peers/peers.ts'],
  agreement: ['agreement.ts'],
  style: ['train/style-lift.ts'],
  crash: ['crash/crash.ts'],
  curation: ['curation/curation.ts'],
  'one-subject': ['curation/one-subject.ts'],
  domain: ['model/domain.ts'],
  wordings: ['model/wordings.ts'],
  install: ['install.ts'],
  import: ['import.ts'],
  sign: ['provenance/sign.ts'],
  watermark: ['provenance/watermark.ts'],
  webuiapi: ['clients/webuiapi.ts'],
  schemathesis: ['clients/schemathesis.ts'],
  networks: ['networks/networks.ts'],
};

const wanted = process.argv.slice(2);
const unknown = wanted.find((name) => !(name in suites));
if (unknown !== undefined) {
  process.stderr.write(`bench: expected one of ${Object.keys(suites).join(', ')}, got ${unknown}\n`);
  process.exit(2);
}
for (const name of wanted.length > 0 ? wanted : Object.keys(suites)) {
  process.stderr.write(`== ${name}\n`);
  const [file, ...args] = suites[name] ?? [];
  const path = fileURLToPath(new URL(file ?? '', import.meta.url));
  const { status } = spawnSync(process.execPath, ['--expose-gc', '--import', 'tsx', path, ...args], { stdio: 'inherit' });
  if (status !== 0) process.exitCode = status ?? 1;
}
