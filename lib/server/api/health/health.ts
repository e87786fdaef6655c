import { freemem, totalmem } from 'node:os';
import { errorLine, packageVersion, redact } from '../../../core/index.ts';
import { type Diagnosis, diagnose } from '../../../engine/index.ts';
import { FiguresReader } from '../../../service/index.ts';
import type { ServerContext } from '../../context.ts';
import { withoutPaths } from '../../errors/request-error.ts';
import { diskCheck, engineChecks, memoryCheck, modelChecks, systemCheck } from './machine-checks.ts';
import { galleryChecks, logCheck, painterCheck, queueChecks, scheduleChecks } from './running-checks.ts';
import { type HealthCheck, type HealthPart, type HealthView, healthParts } from './views.ts';

/** Looks at all that painting and showing works depends on. */
export class Health {
  readonly #context: ServerContext;
  readonly #painter: () => Promise<string | undefined>;
  readonly #reader: FiguresReader;
  #diagnosis: Promise<Diagnosis> | undefined;

  /** @param painter describes what is wrong with what paints in this process; undefined: nothing */
  constructor(context: ServerContext, painter: () => Promise<string | undefined>) {
    this.#context = context;
    this.#painter = painter;
    const { home, gallery, clock } = context;
    this.#reader = new FiguresReader({ home: home.folder, gallery, clock, parts: ['schedule', 'disk'] });
  }

  /** A part that cannot be looked at is itself a finding. */
  async read(): Promise<HealthView> {
    const context = this.#context;
    const { schedule, disk, problems } = await this.#reader.read(context.closing);
    const broken = (part: 'schedule' | 'disk'): never => {
      throw new Error(problems.find((one) => one.part === part)?.message ?? 'it cannot be read');
    };
    const looks: Record<HealthPart, () => Promise<HealthCheck[]>> = {
      engine: async () => engineChecks(await this.#diagnose()),
      memory: async () => [memoryCheck({ freeBytes: freemem(), totalBytes: totalmem() })],
      disk: async () => [diskCheck(disk ?? broken('disk'))],
      models: () => modelChecks(context),
      gallery: async () => galleryChecks(context, { inGallery: await context.gallery.stats() }),
      schedule: async () => scheduleChecks(schedule ?? broken('schedule'), context.clock.now()),
      painter: async () => [painterCheck(await this.#painter())],
      queue: () => queueChecks(context),
      log: async () => [await logCheck(context)],
      system: async () => [systemCheck(await this.#diagnose())],
    };
    const found = await Promise.all(
      healthParts.map((part) =>
        looks[part]().catch((error: unknown): HealthCheck[] => [
          { part, code: 'unreadable', state: 'bad', values: {}, details: [errorLine(error)] },
        ]),
      ),
    );
    const checks = found.flat().map((check) => ({ ...check, details: check.details.map((line) => this.#shown(line)) }));
    return { at: new Date(context.clock.now()).toISOString(), version: packageVersion(), checks };
  }

  close(): void {
    this.#reader.close();
  }

  #shown(line: string): string {
    return withoutPaths(redact(line), this.#context.home.folder);
  }

  /** It starts a process for each place where the engine could be, so it is kept while the server runs. */
  #diagnose(): Promise<Diagnosis> {
    this.#diagnosis ??= diagnose();
    this.#diagnosis.catch(() => {
      this.#diagnosis = undefined; // the caller gets the error; the next one tries again
    });
    return this.#diagnosis;
  }
}
