import type { Routes } from '../../context.ts';
import { duplicateRoutes } from './duplicate-routes.ts';
import { exportRoutes } from './export-routes.ts';
import { likeRoutes } from './like-routes.ts';
import { pictureRoutes } from './picture-routes.ts';
import { workRoutes } from './work-routes.ts';

/** Routes that read works: lists, records, pictures, counts, likeness, duplicates, archives, feeds. */
export const worksRoutes: Routes = (app, context) => {
  workRoutes(app, context);
  pictureRoutes(app, context);
  likeRoutes(app, context);
  exportRoutes(app, context);
  duplicateRoutes(app, context);
};
