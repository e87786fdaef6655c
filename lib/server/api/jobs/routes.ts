import { acceptMultipart } from '../../app/limits.ts';
import type { Routes } from '../../context.ts';
import { changeRoutes } from './change-routes.ts';
import { readRoutes } from './read-routes.ts';
import { submitRoutes } from './submit-routes.ts';

/** Jobs: submitting, following, changing and cancelling them, and the queue that they wait in. */
export const jobsRoutes: Routes = async (app, context) => {
  await acceptMultipart(app, context);
  submitRoutes(app, context);
  readRoutes(app, context);
  changeRoutes(app, context);
};
