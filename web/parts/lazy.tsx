import type { ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { checkBuild, isOutdated } from '../api/build.ts';
import { t } from '../texts/text.ts';
import { Button } from './button.tsx';
import { tell } from './notices.tsx';
import { hasFields, isBoolean, isNumber, isStorageRefused, readStored, store } from './storage.ts';

/** Between two reloads because of files that are gone, milliseconds. */
const betweenReloadsMs = 60_000;
const key = 'reloaded';

/** Says why the page was loaded again, once. */
export function tellRenewed(): void {
  const { at, isSaid } = lastReload();
  if (isSaid || Date.now() - at > betweenReloadsMs) return;
  store('session', key, { at, isSaid: true });
  tell(t('error.renewed'));
}

interface LastReload {
  at: number;
  isSaid: boolean;
}
function lastReload(): LastReload {
  return readStored('session', key, hasFields<LastReload>({ at: isNumber, isSaid: isBoolean })) ?? { at: 0, isSaid: true };
}

/** Once in a minute at most, and only where the browser keeps when that was: a file may be missing from the new version too. */
function mayReload(): boolean {
  const { at } = lastReload();
  // The clock may have been set back.
  if (!navigator.onLine || Math.abs(Date.now() - at) < betweenReloadsMs) return false;
  store('session', key, { at: Date.now(), isSaid: false });
  return !isStorageRefused.peek();
}

/**
 * A page whose code is loaded when it is first shown. After an upgrade of the server the files of an open page are gone: it is loaded again, which
 * asks before it loses decisions that were not sent.
 */
export function lazy(load: () => Promise<ComponentType>): ComponentType {
  let loaded: ComponentType | undefined;
  return function Lazy() {
    const [, setLoaded] = useState(0);
    const [isFailed, setFailed] = useState(false);
    const [attempt, setAttempt] = useState(0);
    useEffect(() => {
      if (loaded) return;
      load().then(
        (component) => {
          loaded = component;
          setLoaded(1);
        },
        async () => {
          await checkBuild();
          setFailed(true);
          if (mayReload()) location.reload();
        },
      );
    }, [attempt]);
    if (loaded) {
      const Loaded = loaded;
      return <Loaded />;
    }
    if (!isFailed) return <p class="p-8 text-muted">{t('common.loading')}</p>;
    return (
      <p class="flex items-center gap-3 p-8" role="alert">
        {t(isOutdated.value ? 'error.outdated' : 'error.notLoaded')}
        <Button
          onClick={() => {
            setFailed(false);
            setAttempt(attempt + 1);
          }}
        >
          {t('common.retry')}
        </Button>
      </p>
    );
  };
}
