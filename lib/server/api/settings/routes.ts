import type { Routes } from '../../context.ts';
import { choiceRoutes } from './choice-routes.ts';
import { settingRoutes } from './setting-routes.ts';

/** Settings of the home, and what the forms of a client offer: options, models, LoRAs, words. */
export const settingsRoutes: Routes = async (app, context) => {
  await settingRoutes(app, context);
  await choiceRoutes(app, context);
};
