/** A server's page of consent of OAuth 2.0 where the person allows everything at once, after RFC 6749, 7636 and docs.joinmastodon.org. */
import { createHash } from 'node:crypto';
import type { Reply, Routes } from './loopback.ts';

export interface ConsentRules {
  /** Whether it knows single scopes, such as write:media. Default true. */
  single?: boolean;
  /** Where it says that it does not know them. Default: when the app is registered. */
  saysAt?: 'app' | 'page';
  /** Whether it publishes what it can (RFC 8414). Default true. */
  metadata?: boolean;
  /** The person refuses. */
  refuses?: boolean;
  /** The page answers for another request. */
  mixesUp?: boolean;
}

const outOfBand = 'urn:ietf:wg:oauth:2.0:oob';

interface Code {
  redirect: string;
  challenge: string | null;
}

/** What is asked for at the page, and the codes that it gives. `redeem` is whether a request for a token has the right code, once. */
export function pageOfConsent({ single = true, saysAt, refuses, mixesUp }: ConsentRules) {
  const codes = new Map<string, Code>();
  const asked: URLSearchParams[] = [];
  const ask = (query: URLSearchParams): Reply => {
    asked.push(query);
    const redirect = query.get('redirect_uri') ?? '';
    const state = mixesUp ? 'another' : (query.get('state') ?? '');
    const to = (values: Record<string, string>): Reply => {
      if (redirect === outOfBand) return { text: values['code'] ?? values['error'] ?? '' };
      return { status: 302, headers: { location: `${redirect}?${new URLSearchParams({ ...values, state })}` } };
    };
    if (refuses) return to({ error: 'access_denied', error_description: 'The resource owner denied the request.' });
    if (!single && saysAt === 'page' && /:/.test(query.get('scope') ?? '')) return to({ error: 'invalid_scope' });
    const code = `code-${codes.size + 1}-of-the-page`;
    codes.set(code, { redirect, challenge: query.get('code_challenge') });
    return to({ code });
  };
  const redeem = (given: { get: (name: string) => unknown }): boolean => {
    const code = codes.get(String(given.get('code')));
    if (!code || code.redirect !== given.get('redirect_uri')) return false;
    codes.delete(String(given.get('code')));
    const verifier = String(given.get('code_verifier') ?? '');
    return code.challenge === null || createHash('sha256').update(verifier).digest('base64url') === code.challenge;
  };
  return { ask, redeem, asked };
}

/** The routes of Mastodon: the app, the page and the token, which is `token`. */
export function consentRoutes(token: string, rules: ConsentRules = {}): Routes {
  const { single = true, saysAt = 'app', metadata = true } = rules;
  const page = pageOfConsent(rules);
  const apps = new Map<string, { secret: string; redirect: string; scopes: string }>();
  return {
    ...(metadata && {
      'GET /.well-known/oauth-authorization-server': () => ({
        json: {
          scopes_supported: single
            ? ['read', 'write', 'read:accounts', 'read:statuses', 'write:accounts', 'write:media', 'write:statuses']
            : ['read', 'write'],
          code_challenge_methods_supported: ['S256'],
        },
      }),
    }),
    'POST /api/v1/apps': ({ json }) => {
      const given = json<{ client_name: string; redirect_uris: string; scopes: string }>();
      if (!single && saysAt === 'app' && given.scopes.includes(':'))
        return { status: 422, json: { error: "Validation failed: Scopes doesn't match configured on the server." } };
      const id = `app-${apps.size + 1}`;
      apps.set(id, { secret: `secret-of-the-app-${id}`, redirect: given.redirect_uris, scopes: given.scopes });
      return { json: { id: '1', name: given.client_name, client_id: id, client_secret: `secret-of-the-app-${id}` } };
    },
    'GET /oauth/authorize': ({ query }) => {
      const app = apps.get(query.get('client_id') ?? '');
      const fits = app?.redirect === query.get('redirect_uri') && app?.scopes === query.get('scope');
      return fits ? page.ask(query) : { status: 400, text: 'The redirect uri included is not valid.' };
    },
    'POST /oauth/token': ({ json }) => {
      const given = new Map(Object.entries(json<Record<string, string>>()));
      if (apps.get(given.get('client_id') ?? '')?.secret !== given.get('client_secret'))
        return { status: 401, json: { error: 'invalid_client', error_description: 'Client authentication failed' } };
      if (!page.redeem(given)) return { status: 400, json: { error: 'invalid_grant', error_description: 'The code is not valid' } };
      return { json: { access_token: token, token_type: 'Bearer', scope: given.get('scope'), created_at: 1 } };
    },
  };
}
