import { ArtistError } from '../../core/index.ts';

/**
 * Proxies from the environment, by the rules of curl: `https_proxy` for https addresses, `http_proxy` for http, `all_proxy` for both,
 * `no_proxy` for hosts without a proxy; lower case has priority over upper case; an empty value counts as unset.
 */
export interface Proxy {
  readonly url: URL;
  /** Its address, without user and password. */
  readonly shown: string;
  /** The variable that sets it. */
  readonly variable: string;
}

/** node:net, which costs milliseconds: loaded when a proxy is set. */
const net = (): typeof import('node:net') => process.getBuiltinModule('node:net');

type Environment = Readonly<Record<string, string | undefined>>;

/** Value of a variable in lower or upper case, and its name. */
function variable(environment: Environment, name: string): [value: string, name: string] | undefined {
  for (const key of [name, name.toUpperCase()]) {
    const value = environment[key];
    if (value !== undefined) return [value.trim(), key];
  }
  return undefined;
}

function isInSubnet(host: string, subnet: string): boolean {
  const { BlockList, isIP } = net();
  const [address = '', bits = ''] = subnet.split('/');
  const family = isIP(address);
  if (family === 0 || isIP(host) !== family || !/^\d{1,3}$/.test(bits) || Number(bits) > (family === 4 ? 32 : 128)) return false;
  const list = new BlockList();
  list.addSubnet(address, Number(bits), family === 4 ? 'ipv4' : 'ipv6');
  return list.check(host, family === 4 ? 'ipv4' : 'ipv6');
}

/** Whether `no_proxy` covers the host: by its name, a parent domain or its network, each optionally with a port; "*" covers all. */
function isDirect(url: URL, list: string): boolean {
  const { isIP } = net();
  const host = url.hostname.replace(/^\[|\]$/g, '').toLowerCase();
  const port = url.port || (url.protocol === 'https:' ? '443' : '80');
  return list
    .toLowerCase()
    .split(/[\s,]+/)
    .some((entry) => {
      if (entry === '*') return true;
      const [, name = '', only] = /^\[?([^[\]]*?)\]?(?::(\d{1,5}))?$/.exec(isIP(entry) === 6 ? `[${entry}]` : entry) ?? [];
      if (name === '' || (only !== undefined && only !== port)) return false;
      if (name.includes('/')) return isInSubnet(host, name);
      const domain = name.replace(/^\*?\./, '');
      return host === domain || (isIP(host) === 0 && host.endsWith(`.${domain}`));
    });
}

/**
 * The proxy for an address; undefined for a direct connection.
 *
 * @throws ArtistError ERR_INVALID_ARGUMENT: the variable is not the address of an HTTP proxy
 */
export function proxyFor(url: URL, environment: Environment = process.env): Proxy | undefined {
  const given = variable(environment, `${url.protocol.slice(0, -1)}_proxy`) ?? variable(environment, 'all_proxy');
  if (given === undefined || given[0] === '' || isDirect(url, variable(environment, 'no_proxy')?.[0] ?? '')) return undefined;
  const [text, name] = given;
  const address = /^[a-z][a-z\d+.-]*:\/\//i.test(text) ? text : `http://${text}`;
  const proxy = URL.canParse(address) ? new URL(address) : undefined;
  if (proxy === undefined || (proxy.protocol !== 'http:' && proxy.protocol !== 'https:'))
    throw new ArtistError(
      'ERR_INVALID_ARGUMENT',
      `${name}: expected the address of an HTTP proxy, http://host:port, got ${proxy === undefined ? 'text that is no address' : `a ${proxy.protocol.slice(0, -1)} one`}. NO_PROXY names hosts that are asked directly`,
    );
  return { url: proxy, shown: proxy.origin, variable: name };
}

/** fetch() through the proxy of each address. Loads the proxy library only if a proxy is set. */
export const proxiedFetch: typeof globalThis.fetch = async (input, init) => {
  const url = new URL(input instanceof Request ? input.url : input);
  const proxy = proxyFor(url);
  if (proxy === undefined) return await globalThis.fetch(input, init);
  const { fetch, agentFor } = await loadAgents();
  // Node's fetch rejects agents of another undici version, so use the fetch of the same one.
  return (await fetch(url, { ...init, dispatcher: agentFor(proxy) } as Parameters<typeof fetch>[1])) as unknown as Response;
};

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // a bare % is an ordinary character
  }
}

async function makeAgents() {
  const { fetch, ProxyAgent } = await import('undici');
  const agents = new Map<string, InstanceType<typeof ProxyAgent>>();
  const agentFor = ({ url }: Proxy): InstanceType<typeof ProxyAgent> => {
    const known = agents.get(url.href);
    if (known !== undefined) return known;
    const login = url.username === '' ? undefined : `${decoded(url.username)}:${decoded(url.password)}`;
    const agent = new ProxyAgent({
      uri: url.origin,
      ...(login !== undefined && { token: `Basic ${Buffer.from(login).toString('base64')}` }),
    });
    agents.set(url.href, agent);
    return agent;
  };
  return { fetch, agentFor };
}

let agents: ReturnType<typeof makeAgents> | undefined;

function loadAgents(): ReturnType<typeof makeAgents> {
  agents ??= makeAgents();
  return agents;
}
