/** What macOS tells about a Mac: sysctl, system_profiler and pmset. */
import * as z from 'zod';
import { defined } from '../../core/index.ts';
import type { Machine } from '../result/result.ts';
import type { Ask } from './ask.ts';

const displays = z.object({
  SPDisplaysDataType: z.array(
    z.object({
      sppci_model: z.string().optional(),
      sppci_cores: z.string().regex(/^\d+$/).optional(),
      spdisplays_mtlgpufamilysupport: z.string().optional(),
    }),
  ),
});
type Gpu = NonNullable<Machine['gpus']>[number];

function gpusOf(json: string | undefined): Gpu[] | undefined {
  if (json === undefined) return undefined;
  let content: unknown;
  try {
    content = JSON.parse(json);
  } catch {
    return undefined; // systems before macOS 10.15 answer in words
  }
  return displays.safeParse(content).data?.SPDisplaysDataType.map((one): Gpu => {
    const metal = one.spdisplays_mtlgpufamilysupport?.replace(/^spdisplays_metal/, 'Metal ');
    return {
      name: one.sppci_model ?? 'unknown GPU',
      ...(one.sppci_cores !== undefined && { cores: Number(one.sppci_cores) }),
      ...(metal !== undefined && { capability: metal }),
    };
  });
}

/** Lines of the form `hw.model: Mac16,8`. */
function valuesOf(lines: string | undefined): Map<string, string> {
  return new Map([...(lines ?? '').matchAll(/^([\w.]+): (.+)$/gm)].map(([, name = '', value = '']) => [name, value]));
}

const modes = ['automatic', 'low power', 'high power'];

/** `high power, mains`: the mode that is in use now, and what the machine runs on. */
function powerOf(settings: string | undefined, battery: string | undefined): string | undefined {
  const mode = /^\s*(?:low)?powermode\s+([012])\b/m.exec(settings ?? '')?.[1];
  const source = /Now drawing from '(\w+) Power'/.exec(battery ?? '')?.[1];
  const said = [mode && modes[Number(mode)], source && (source === 'AC' ? 'mains' : source.toLowerCase())].filter(Boolean);
  return said.length > 0 ? said.join(', ') : undefined;
}

const sysctlNames = ['hw.model', 'hw.perflevel0.physicalcpu', 'hw.perflevel1.physicalcpu'];

/** Model of the Mac, kinds of cores, GPUs with their cores, and power mode. */
export async function appleFacts(ask: Ask): Promise<Partial<Machine>> {
  const [sysctl, profiler, settings, battery] = await Promise.all([
    ask('/usr/sbin/sysctl', ['-i', ...sysctlNames]),
    ask('/usr/sbin/system_profiler', ['SPDisplaysDataType', '-json']),
    ask('/usr/bin/pmset', ['-g']),
    ask('/usr/bin/pmset', ['-g', 'batt']),
  ]);
  const values = valuesOf(sysctl);
  const [fast, slow] = ['0', '1'].map((level) => Number(values.get(`hw.perflevel${level}.physicalcpu`) ?? 0));
  return defined({
    model: values.get('hw.model'),
    coreKinds: fast && slow ? { performance: fast, efficiency: slow } : undefined,
    gpus: gpusOf(profiler),
    power: powerOf(settings, battery),
  });
}
