import { TrainingSupervisor } from '../../../service/index.ts';
import { acceptMultipart } from '../../app/limits.ts';
import type { Routes } from '../../context.ts';
import { cleaner } from '../../events/hub-of-server.ts';
import { dataSetRoutes, pictureRoutes, pictureTextRoutes } from './data-set-routes.ts';
import { DataSets } from './data-sets.ts';
import { resultRoutes, runRoutes } from './run-routes.ts';
import { sampleRoutes } from './sample-routes.ts';

/** LoRA training: data sets, runs, their curves, samples and LoRAs. */
export const trainingRoutes: Routes = async (app, context) => {
  const { home, readOnly, queue, clock, warn } = context;
  await acceptMultipart(app, context);
  const sets = new DataSets(home);
  const supervisor = new TrainingSupervisor({ home, queue, clock, warn });
  if (readOnly === undefined) app.addHook('onReady', () => supervisor.look());
  app.addHook('onClose', () => supervisor.close());
  dataSetRoutes(app, context, sets);
  pictureRoutes(app, context, sets);
  pictureTextRoutes(app, sets);
  runRoutes(app, supervisor, { sets, home, clean: cleaner(context), clock });
  resultRoutes(app, home);
  sampleRoutes(app, context);
};
