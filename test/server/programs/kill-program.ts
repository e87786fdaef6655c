/**
 * `node --import <this file>`: kills processes of the program KILL_PROGRAM. Each that starts takes a number from the file KILL_STEPS and is killed
 * before its write of that number; once the file is empty, they live.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { killBeforeStep } from './kill-before-step.ts';

const { KILL_PROGRAM: program, KILL_STEPS: steps } = process.env;
if (program !== undefined && steps !== undefined && process.argv.some((part) => part.includes(program))) {
  const [first, ...rest] = JSON.parse(readFileSync(steps, 'utf8')) as number[];
  writeFileSync(steps, JSON.stringify(rest));
  if (first !== undefined) await killBeforeStep(first);
}
