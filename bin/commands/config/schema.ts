import { configJsonSchema } from '../../../lib/config/index.ts';
import { command } from '../../shell/command.ts';

export const schemaCommand = command({
  examples: [['$0 config schema > config.schema.json', 'config init also writes it, next to config.yaml']],
  run: async () => {
    const schema = configJsonSchema();
    return { json: schema, text: [JSON.stringify(schema, undefined, 2)] };
  },
});
