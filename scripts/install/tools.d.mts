/** The browser that the tests of the page drive; undefined: there is none. */
export function chromium(env?: NodeJS.ProcessEnv): string | undefined;
