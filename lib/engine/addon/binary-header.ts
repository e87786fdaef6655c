/**
 * Recognises a shared library and its architecture by its first bytes: ELF (System V ABI, gabi 4.1), Mach-O (mach-o/loader.h, fat.h) and
 * PE (Microsoft PE format). This gives a clear error for a library of another machine, before the dynamic loader fails with an obscure one.
 */
interface Image {
  format: 'ELF' | 'Mach-O' | 'PE';
  /** Architectures by Node's names (process.arch); a universal Mach-O has several. */
  archs: string[];
  /** Minimum file size in bytes, where the header states one. */
  minimumSize?: number;
}

const elfMachines: Readonly<Record<number, string>> = {
  3: 'ia32',
  21: 'ppc64',
  22: 's390x',
  40: 'arm',
  62: 'x64',
  183: 'arm64',
  243: 'riscv64',
  258: 'loong64',
};
const machCpus: Readonly<Record<number, string>> = { 16777223: 'x64', 16777228: 'arm64' };
const peMachines: Readonly<Record<number, string>> = { 332: 'ia32', 34404: 'x64', 43620: 'arm64' };
const formatOfPlatform: Readonly<Record<string, Image['format']>> = {
  linux: 'ELF',
  android: 'ELF',
  freebsd: 'ELF',
  openbsd: 'ELF',
  sunos: 'ELF',
  darwin: 'Mach-O',
  win32: 'PE',
};

function readElf(head: Buffer): Image {
  if (head.length < 64) return { format: 'ELF', archs: [], minimumSize: 64 };
  const wide = head[4] === 2;
  const little = head[5] === 1;
  const u16 = (at: number): number => (little ? head.readUInt16LE(at) : head.readUInt16BE(at));
  const machine = u16(18);
  const archs = [elfMachines[machine] ?? `machine ${machine}`];
  if (!wide) return { format: 'ELF', archs };
  // The section table is the last thing in a linked file, so a truncated copy ends before it.
  const sections = Number(little ? head.readBigUInt64LE(40) : head.readBigUInt64BE(40));
  return { format: 'ELF', archs, minimumSize: sections + u16(58) * u16(60) };
}

function readMachO(head: Buffer): Image | undefined {
  if (head.length < 8) return undefined;
  const magic = head.readUInt32BE(0);
  const name = (cpu: number): string => machCpus[cpu] ?? `cpu ${cpu}`;
  if (magic === 0xcffa_edfe) return { format: 'Mach-O', archs: [name(head.readUInt32LE(4))] };
  if (magic !== 0xcafe_babe) return undefined;
  const count = Math.min(head.readUInt32BE(4), 16);
  const archs: string[] = [];
  for (let index = 0; index < count && 12 + index * 20 <= head.length; index++) archs.push(name(head.readUInt32BE(8 + index * 20)));
  return { format: 'Mach-O', archs };
}

function readPe(head: Buffer): Image | undefined {
  if (head.length < 64 || head.toString('latin1', 0, 2) !== 'MZ') return undefined;
  const at = head.readUInt32LE(60);
  if (at + 6 > head.length || head.toString('latin1', at, at + 4) !== 'PE\0\0') return undefined;
  const machine = head.readUInt16LE(at + 4);
  return { format: 'PE', archs: [peMachines[machine] ?? `machine ${machine}`] };
}

function readImage(head: Buffer): Image | undefined {
  if (head.length >= 4 && head.readUInt32BE(0) === 0x7f45_4c46) return readElf(head);
  return readMachO(head) ?? readPe(head);
}

/**
 * Says why a library file cannot be loaded on this machine; undefined if nothing is wrong.
 *
 * @param head the file's first bytes (4 KiB are plenty)
 * @param size the file's length in bytes
 */
export function imageProblem(
  head: Buffer,
  size: number,
  platform: string = process.platform,
  arch: string = process.arch,
): string | undefined {
  if (size === 0) return 'is empty';
  const image = readImage(head);
  if (!image) {
    const start = [...head.subarray(0, 12)].map((byte) => (byte >= 32 && byte < 127 ? String.fromCharCode(byte) : '.')).join('');
    return `is not a compiled library (it begins with ${JSON.stringify(start)})`;
  }
  const wanted = formatOfPlatform[platform];
  if (wanted !== undefined && image.format !== wanted)
    return `is a library of another system (${image.format}; ${platform} needs ${wanted})`;
  if (image.archs.length > 0 && !image.archs.includes(arch)) return `is for ${image.archs.join(' and ')}, this process is ${arch}`;
  if (image.minimumSize !== undefined && size < image.minimumSize)
    return `is cut off: expected at least ${image.minimumSize} bytes, got ${size}`;
  return undefined;
}
