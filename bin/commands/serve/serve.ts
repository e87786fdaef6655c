import { defined, homeOf, whyReadOnly } from '../../../lib/core/index.ts';
import { openApiDocument, startServer } from '../../../lib/server/index.ts';
import { serveFlags, serveNames } from '../../flags/serve-flags.ts';
import { serverLines } from '../../print/server-lines.ts';
import { printJson } from '../../print/streams.ts';
import { command } from '../../shell/command.ts';
import { untilAborted } from '../../shell/interrupt.ts';
import { openInBrowser } from '../../steps/show.ts';
import { t } from '../../texts/texts.ts';

export const serveCommand = command({
  flags: serveFlags,
  names: serveNames,
  commands: [
    { usage: 'token', describe: 'Tokens of clients: create, list, revoke', load: async () => (await import('./token.ts')).tokenCommand },
  ],
  examples: [
    ['$0 serve', 'On http://127.0.0.1:7860, and paint what clients ask for'],
    ['$0 serve token create phone --scope paint', 'Make a token: without one, clients may only look'],
    ['$0 serve --host 0.0.0.0 --schedule', 'For the whole network, with the schedule of this home'],
    ['$0 serve --no-worker --queue redis://10.0.0.5:6379', 'Let workers on other machines paint'],
  ],
  epilogue: 'Ctrl-C or SIGTERM: it finishes what runs; a second one ends it at once. Jobs are kept in the queue, also when it is killed.',
  atInterrupt: t.shell.stopping,
  run: async (values, context) => {
    const { worker, 'stop-within': stopWithinMs, open, openapi, schedule } = values;
    const given = defined({
      home: context.home,
      config: await context.config(),
      host: values.host,
      port: values.port,
      socket: values.socket,
      basePath: values['base-path'],
      publicUrl: values['public-url'],
      trustedProxies: values['trusted-proxy'],
      cors: values.cors,
      paint: worker,
      schedule,
      queue: values.queue,
      queueName: values['queue-name'],
      drainSeconds: stopWithinMs === undefined ? undefined : stopWithinMs / 1000,
      log: context.log,
    });
    if (openapi) {
      const document = await openApiDocument(given);
      return { json: document, text: [JSON.stringify(document, undefined, 2)] };
    }
    if ((await whyReadOnly(homeOf(context.home))) === undefined) await context.logToFiles('serve');
    const server = await startServer(given);
    try {
      if (context.json) await printJson({ url: server.url, socket: server.socket ?? null });
      context.note(...(await serverLines(server, { paints: worker !== false, schedule: schedule === true }, context)));
      if (open) await openInBrowser(server.signInUrl() ?? server.url).catch(context.log.warn);
      await untilAborted(context.signal);
    } finally {
      await server.close();
    }
    return { json: undefined, text: [] };
  },
});
