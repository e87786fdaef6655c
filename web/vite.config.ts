import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import preact from '@preact/preset-vite';
import tailwind from '@tailwindcss/vite';
import { defineConfig } from 'vite';

const root = fileURLToPath(new URL('.', import.meta.url));

/** Of all files of the page: another page has another, and a build of the same files the same. */
function sourceHash(): string {
  const hash = createHash('sha256');
  for (const name of (readdirSync(root, { recursive: true }) as string[]).sort())
    if (statSync(root + name).isFile()) hash.update(name).update(readFileSync(root + name));
  return hash.digest('hex').slice(0, 12);
}

/** Builds the page to dist/web; `npm run dev:web` serves it with the API of a server on port 7860. */
export default defineConfig({
  root,
  base: './',
  plugins: [preact({ devToolsEnabled: false }), tailwind()],
  define: { buildId: JSON.stringify(sourceHash()) },
  build: {
    outDir: '../dist/web',
    emptyOutDir: true,
    target: 'es2022',
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    rolldownOptions: {
      input: { index: `${root}index.html`, worker: `${root}worker/worker.ts` },
      output: { entryFileNames: ({ name }) => (name === 'worker' ? 'worker.js' : 'assets/[name]-[hash].js') },
    },
  },
  server: { proxy: { '/api': 'http://127.0.0.1:7860' } },
  logLevel: 'warn',
});
