import type { Routes } from '../../context.ts';
import { collectionRoutes } from './collection-routes.ts';
import { duelRoutes } from './duel-routes.ts';
import { massRoutes } from './mass-routes.ts';
import { Operations } from './operations.ts';
import { searchRoutes } from './search-routes.ts';
import { uploadRoute, workRoutes } from './work-routes.ts';

/** Routes that change works: one, many, their collections and tags, saved searches, duels. */
export const changesRoutes: Routes = async (app, context) => {
  const operations = new Operations(context);
  app.addHook('onClose', () => operations.close());
  await workRoutes(app, context);
  await uploadRoute(app, context);
  massRoutes(app, context, operations);
  collectionRoutes(app, context, operations);
  await searchRoutes(app, context);
  await duelRoutes(app, context);
};
