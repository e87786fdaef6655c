/** Value of Node's --import with which it runs TypeScript: typescript.mjs. */
export const typescript = new URL('./typescript.mjs', import.meta.url).href;
