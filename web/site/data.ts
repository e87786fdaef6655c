/** The data of an exported site: scripts in data/, because pages that were opened from the disk may load nothing else. */
import type { SiteData, SiteFacts, SiteWork } from '../../lib/gallery/export/site-data.ts';

declare global {
  /** The files in data/ call it. */
  var siteData: ((name: string, value: unknown) => void) | undefined;
}

const wanted = new Map<string, (value: unknown) => void>();
globalThis.siteData = (name, value) => wanted.get(name)?.(value);

function load<T>(name: string): Promise<T> {
  return new Promise((resolve, reject) => {
    wanted.set(name, (value) => resolve(value as T));
    const script = document.createElement('script');
    script.src = `data/${name}.js`;
    script.onload = () => script.remove();
    script.onerror = () => {
      script.remove();
      reject(new Error(`data/${name}.js: cannot be loaded`));
    };
    document.head.append(script);
  });
}

/** Works on one plain page, and in one file of facts: `perPage` of the exporting side. */
export const perFile = 60;
let works: readonly SiteWork[] = [];
const places = new Map<string, number>();

/** All works, in the order of the site. */
export const allWorks = (): readonly SiteWork[] => works;
export const workOf = (id: string): SiteWork | undefined => works[places.get(id) ?? -1];

/** @returns the title of the site */
export async function loadWorks(): Promise<string> {
  const data = await load<SiteData>('works');
  works = data.works;
  for (const [index, { id }] of works.entries()) places.set(id, index);
  return data.title;
}

const files = new Map<number, Promise<Record<string, SiteFacts>>>();

export async function factsOf(id: string): Promise<SiteFacts> {
  const file = Math.floor((places.get(id) ?? 0) / perFile);
  const known = files.get(file) ?? load<Record<string, SiteFacts>>(`facts-${file}`);
  files.set(file, known);
  try {
    return (await known)[id] ?? [];
  } catch (error) {
    files.delete(file); // it is tried again
    throw error;
  }
}
