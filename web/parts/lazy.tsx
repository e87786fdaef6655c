import type { ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { t } from '../texts/text.ts';
import { Button } from './button.tsx';
import { readStored, store } from './storage.ts';

/** Between two reloads because of files that are gone, milliseconds. */
const betweenReloadsMs = 60_000;

/**
 * A page whose code is loaded when it is first shown. After an upgrade of the server the files of an open page are gone: it is reloaded, once in a
 * minute at most.
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
        () => {
          const last = readStored<number>('session', 'reloaded') ?? 0;
          if (navigator.onLine && Date.now() - last > betweenReloadsMs) {
            store('session', 'reloaded', Date.now());
            location.reload();
          } else setFailed(true);
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
        {t('error.offline')}
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
