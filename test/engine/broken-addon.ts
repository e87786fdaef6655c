import { readFileSync, writeFileSync } from 'node:fs';

/** Overwrites all executable segments of a 64-bit ELF file with an instruction that crashes the process. */
export function breakCode(file: string): void {
  const bytes = readFileSync(file);
  const headers = Number(bytes.readBigUInt64LE(32));
  for (let index = 0; index < bytes.readUInt16LE(56); index++) {
    const at = headers + index * bytes.readUInt16LE(54);
    const isCode = bytes.readUInt32LE(at) === 1 && (bytes.readUInt32LE(at + 4) & 1) === 1;
    const [offset, size] = [Number(bytes.readBigUInt64LE(at + 8)), Number(bytes.readBigUInt64LE(at + 32))];
    if (isCode) bytes.fill(process.arch === 'x64' ? 0xcc : 0, offset, offset + size); // int3, udf
  }
  writeFileSync(file, bytes);
}
