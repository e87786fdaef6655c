import type { SecretPlace } from '../../lib/core/index.ts';
import { exchangeToken, hasSignIn, type NetworkName, type SignedIn, signIn, wantedSecrets } from '../../lib/publish/index.ts';
import type { Context } from '../shell/run.ts';
import { askSecrets } from './ask-secrets.ts';
import { openInBrowser } from './show.ts';

export interface SignInChoice {
  network: NetworkName;
  server: string;
  /** Secrets that stay where they are. */
  placed: Record<string, SecretPlace>;
  bot: boolean;
  /** Asked for; default: at a terminal, where nothing is given that would replace it. */
  browser: boolean;
  paste: boolean;
  port: number | undefined;
}

const ofTheApp = new Set(['clientId', 'clientSecret']);

/** The secrets of a new account: of a sign-in on the network's page, or as they are typed or placed. */
export async function secretsOfSignIn(chosen: SignInChoice, context: Context): Promise<SignedIn> {
  const { network, server, placed } = chosen;
  const isInBrowser = chosen.browser || chosen.paste || (isAtTerminal(context) && hasSignIn(network) && !hasToken(placed));
  const wanted = wantedSecrets(network).filter(({ name }) => placed[name] === undefined);
  if (isInBrowser)
    return inBrowser(
      chosen,
      wanted.filter(({ name }) => ofTheApp.has(name)),
      context,
    );
  const secrets = { ...placed, ...(await askSecrets(wanted, context)) };
  const isShortLived = (network === 'instagram' || network === 'threads') && placed['appSecret'] !== undefined;
  return isShortLived ? exchangeToken(network, server, secrets) : { secrets };
}

const isAtTerminal = ({ json }: Context): boolean => process.stdin.isTTY === true && process.stderr.isTTY === true && !json;
const hasToken = (placed: SignInChoice['placed']): boolean => Object.keys(placed).some((name) => !ofTheApp.has(name));

async function inBrowser(
  { network, server, placed, bot, paste, port }: SignInChoice,
  ofApp: Parameters<typeof askSecrets>[0],
  context: Context,
): Promise<SignedIn> {
  // Who names the place of the id names that of the secret, too, if there is one.
  const asksApp = hasSignIn(network) && placed['clientId'] === undefined;
  const app = { ...placed, ...(asksApp ? await askSecrets(ofApp, context) : {}) };
  const code = [{ name: 'code', where: 'as the page shows it, or the address that the browser ends at' }];
  return signIn(
    { network, server, secrets: app, markAsBot: bot },
    {
      show: async (address) => {
        process.stderr.write(`allow the access at this address: ${address}\n`);
        if (!paste) await openInBrowser(address).catch(() => context.warn('the browser cannot be opened: open the address by hand'));
      },
      ...(paste && { paste: async () => (await askSecrets(code, context))['code'] ?? '' }),
      ...(port !== undefined && { port }),
      signal: context.signal,
    },
  );
}
