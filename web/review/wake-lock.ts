import { useEffect } from 'preact/hooks';

/** Keeps the screen on while `isOn`, where the browser allows it: over https or on this machine, and with enough battery. */
export function useWakeLock(isOn: boolean): void {
  useEffect(() => {
    if (!isOn || !('wakeLock' in navigator)) return;
    let lock: WakeLockSentinel | undefined;
    let isWanted = true;
    const ask = (): void => {
      // The browser takes it back whenever the page is out of sight.
      if (document.visibilityState !== 'visible') return;
      navigator.wakeLock.request('screen').then(
        (got) => {
          if (isWanted) lock = got;
          else got.release();
        },
        () => undefined, // refused: the screen goes off as usual
      );
    };
    ask();
    document.addEventListener('visibilitychange', ask);
    return () => {
      isWanted = false;
      document.removeEventListener('visibilitychange', ask);
      lock?.release();
    };
  }, [isOn]);
}
