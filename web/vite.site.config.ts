import { fileURLToPath } from 'node:url';
import preact from '@preact/preset-vite';
import tailwind from '@tailwindcss/vite';
import { defineConfig, type Plugin } from 'vite';

const root = fileURLToPath(new URL('.', import.meta.url));

/** Modules that need a server, and what an exported site has in their place. */
const replaced: Readonly<Record<string, string>> = {
  'api/works.ts': 'site/works.ts',
  'navigate/router.ts': 'site/router.ts',
};

function withoutServer(): Plugin {
  return {
    name: 'without-server',
    enforce: 'pre',
    async resolveId(source, importer, options) {
      const found = await this.resolve(source, importer, { ...options, skipSelf: true });
      const other = found?.id.startsWith(root) ? replaced[found.id.slice(root.length)] : undefined;
      // What stands in for a module may itself import it.
      return other === undefined || importer === root + other ? undefined : root + other;
    },
  };
}

/**
 * Builds what `ai-artist gallery export site` makes sites of to dist/web-site: site.js and style.css, which are copied into them (one script that is
 * no module, because a page that was opened from the disk loads none), and with `--ssr` render.mjs, which the program itself loads.
 */
export default defineConfig(({ isSsrBuild }) => ({
  root,
  plugins: [withoutServer(), preact({ devToolsEnabled: false }), tailwind()],
  publicDir: false,
  build: {
    outDir: '../dist/web-site',
    emptyOutDir: !isSsrBuild,
    target: isSsrBuild ? 'node20' : 'es2023',
    modulePreload: false,
    minify: true,
    ssr: isSsrBuild === true,
    cssCodeSplit: false,
    rolldownOptions: isSsrBuild
      ? { input: `${root}site/render.tsx`, output: { format: 'es', entryFileNames: 'render.mjs' } }
      : { input: `${root}site/main.tsx`, output: { format: 'iife', entryFileNames: 'site.js', assetFileNames: '[name][extname]' } },
  },
  ssr: { noExternal: true },
  logLevel: 'warn',
}));
