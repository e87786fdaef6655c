/** The alerts and the dashboard of deploy/monitoring, with the real Prometheus and the real Alertmanager. */
import { type ChildProcess, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { equal, is, match, ok } from 'uvu/assert';
import * as YAML from 'yaml';
import { Gallery } from '../../lib/gallery/index.ts';
import { openQueue } from '../../lib/schedule/index.ts';
import { cli, cliSeries, scratch } from '../bin/support.ts';
import { suite } from '../harness.ts';
import { root } from '../install/support.ts';
import { desk } from '../publish/support.ts';
import { ledger, paint } from '../service/homes.ts';
import { freePort } from '../support/free-port.ts';
import { program, type Running, startMonitor } from '../support/monitors.ts';

const folder = path.join(root, 'deploy/monitoring');
const text = (name: string): string => readFileSync(path.join(folder, name), 'utf8');

interface Rule {
  alert: string;
  expr: string;
  annotations: { summary: string; runbook: string };
}
const rules = (YAML.parse(text('ai-artist.rules.yml')) as { groups: { rules: Rule[] }[] }).groups.flatMap((group) => group.rules);

interface Panel {
  title: string;
  targets: { expr: string }[];
}
const { panels } = JSON.parse(text('dashboard.json')) as { panels: Panel[] };

function run(file: string, ...args: string[]): string {
  const { status, stdout, stderr } = spawnSync(file, args, { cwd: folder, encoding: 'utf8' });
  is(status, 0, `${args.join(' ')}: ${stdout}${stderr}`);
  return stdout;
}

/** Polls until `look` finds something, for half a minute. */
async function found<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
  for (const end = Date.now() + 30_000; ; ) {
    if (Date.now() > end) throw new Error(`${what}: expected it within 30 s, got nothing`);
    const seen = await look();
    if (seen !== undefined) return seen;
    await sleep(200);
  }
}

suite('alerts', { timeoutMs: 120_000 }, (test) => {
  test('the unit tests of the rules pass, and each alert has a case where it fires and one where it does not', () => {
    match(run(program('promtool'), 'test', 'rules', 'ai-artist.rules.test.yml'), /SUCCESS/);
    const { tests } = YAML.parse(text('ai-artist.rules.test.yml')) as {
      tests: { alert_rule_test: { alertname: string; exp_alerts: unknown[] }[] }[];
    };
    const cases = tests.flatMap((one) => one.alert_rule_test);
    for (const { alert } of rules) {
      const own = cases.filter(({ alertname }) => alertname === alert).map(({ exp_alerts: fired }) => fired.length > 0);
      ok(own.includes(true) && own.includes(false), `${alert}: ${own}`);
    }
  });

  test('Prometheus and Alertmanager accept their files', () => {
    run(program('promtool'), 'check', 'config', 'prometheus.yml');
    run(program('amtool'), 'check-config', 'alertmanager.yml');
  });

  test('each alert has a section in the runbook', () => {
    const headings = [...readFileSync(path.join(root, 'docs/operations.md'), 'utf8').matchAll(/^### (\w+)$/gm)].map(([, name = '']) =>
      name.toLowerCase(),
    );
    const anchors = new Set(rules.map(({ annotations }) => annotations.runbook.replace('docs/operations.md#', '')));
    equal([...anchors].sort(), headings.filter((name) => name.startsWith('aiartist')).sort());
  });

  test('rules and panels ask only for metrics that a schedule exports', () => {
    const source = readFileSync(path.join(root, 'lib/service/metrics/metric-families.ts'), 'utf8');
    const known = new Set([...source.matchAll(/(?:'(?:gauge|counter)',\s*|histogram\()'(\w+)'/g)].map(([, name]) => name));
    known.add('build_info');
    const asked = [...rules.map(({ expr }) => expr), ...panels.flatMap(({ targets }) => targets.map(({ expr }) => expr))]
      .flatMap((expr) => [...expr.matchAll(/ai_artist_(\w+)/g)].map(([, name = '']) => name))
      .map((name) => name.replace(/_(bucket|sum|count)$/, ''));
    ok(asked.length > 30);
    equal(
      asked.filter((name) => !known.has(name)),
      [],
    );
  });
});

suite('a monitored schedule', { timeoutMs: 180_000 }, (test) => {
  const running: Running[] = [];
  const children: ChildProcess[] = [];
  const heard: { status: string; labels: Record<string, string>; annotations: Record<string, string> }[] = [];
  const webhook = createServer((request, response) => {
    let body = '';
    request.on('data', (part: Buffer) => (body += part));
    request.on('end', () => {
      heard.push(...(JSON.parse(body) as { alerts: typeof heard }).alerts);
      response.end();
    });
  });
  let prometheus: Running;

  /** The files as they are, with other addresses, and with seconds in place of minutes. */
  async function startMonitors(target: number): Promise<void> {
    const here = path.join(scratch, 'monitoring');
    mkdirSync(here);
    const [own, alerting] = [await freePort(), await freePort()];
    await new Promise<void>((done) => webhook.listen(0, '127.0.0.1', done));
    const hook = (webhook.address() as AddressInfo).port;
    const write = (name: string, content: string): string => {
      writeFileSync(path.join(here, name), content);
      return path.join(here, name);
    };
    write('ai-artist.rules.yml', text('ai-artist.rules.yml').replaceAll(/for: 1\dm/g, 'for: 1s'));
    const config = text('prometheus.yml').replaceAll('60s', '1s').replace('127.0.0.1:9464', `127.0.0.1:${target}`);
    const file = write('prometheus.yml', config.replace('127.0.0.1:9093', `127.0.0.1:${alerting}`));
    const alerts = text('alertmanager.yml').replace('group_wait: 30s', 'group_wait: 1s').replace('127.0.0.1:9999', `127.0.0.1:${hook}`);
    const listen = `--web.listen-address=127.0.0.1:${alerting}`;
    const manager = ['--config.file', write('alertmanager.yml', alerts), listen, '--cluster.listen-address=', `--storage.path=${here}/am`];
    running.push(await startMonitor(program('alertmanager', 'prometheus-alertmanager'), manager, alerting));
    const args = [`--config.file=${file}`, `--web.listen-address=127.0.0.1:${own}`, `--storage.tsdb.path=${here}/data`];
    prometheus = await startMonitor(program('prometheus'), args, own);
    running.push(prometheus);
  }

  async function query(expr: string): Promise<unknown[]> {
    const answer = await fetch(`${prometheus.url}/api/v1/query?query=${encodeURIComponent(expr)}`);
    const { status, error, data } = (await answer.json()) as { status: string; error?: string; data: { result: unknown[] } };
    is(status, 'success', `${expr}: ${error}`);
    return data.result;
  }

  test.after(async () => {
    for (const child of children) child.kill('SIGKILL');
    for (const one of running) await one.stop();
    webhook.close();
  });

  test('each query of the dashboard has data, and the end of the schedule reaches a person', async () => {
    const at = await desk();
    await at.post();
    const account = await at.accounts.get('me');
    await at.accounts.save({
      ...account,
      name: 'photos',
      network: 'instagram',
      secrets: { ...account.secrets, expiresAt: Date.now() + 30 * 86_400_000 },
    });
    const gallery = new Gallery({ home: at.home });
    for (const direction of [0.1, 0.2, 0.3]) await paint({ gallery }, ledger(2, { rejected: 1, direction }));
    const queue = await openQueue({ driver: 'file', home: at.home });
    await queue.pause();
    await queue.resume();
    await queue.close();
    const port = await freePort();
    await cliSeries([['schedule', 'add', 'daily', '09:00', '--steps', '1', '--no-upscale', '--topic', 'a fox', '--home', at.home]]);
    await new Promise<void>((resolve, reject) => {
      const ended = cli(['schedule', 'start', '--home', at.home, '--metrics-port', String(port)], {
        onStart: (child) => {
          children.push(child);
          child.stderr?.on('data', (line: Buffer) => /metrics: http/.test(String(line)) && resolve());
        },
      });
      ended.then(({ stderr }) => reject(new Error(`it ended: ${stderr}`)), reject);
    });
    const [done] = await cliSeries([['schedule', 'run-now', 'j1', '--wait', '--home', at.home]]);
    is(done?.code, 0, done?.stderr);
    await startMonitors(port);
    const queries = panels.flatMap(({ title, targets }) => targets.map(({ expr }) => [title, expr.replaceAll('$instance', '.*')] as const));
    for (const [title, expr] of queries) {
      const result = await found(title, async () => {
        const rows = await query(expr);
        return rows.length > 0 ? rows : undefined;
      });
      ok(result.length > 0, title);
    }
    children[0]?.kill('SIGKILL');
    const alert = await found('the alert', async () => heard.find(({ labels }) => labels['alertname'] === 'AiArtistDown'));
    equal([alert.status, alert.labels['severity']], ['firing', 'critical']);
    is(alert.annotations['summary'], `The schedule on 127.0.0.1:${port} does not run`);
  });
});
