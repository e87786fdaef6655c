/** What pointers and the wheel do on a picture: drag, pinch, double click, swipe, pull down. */

export interface Gestures {
  isZoomed(): boolean;
  /** By CSS pixels. */
  move(dx: number, dy: number): void;
  /** @param at from the middle of the element, CSS pixels */
  zoom(factor: number, at: { x: number; y: number }): void;
  /** Double click or double tap. */
  toggle(at: { x: number; y: number }): void;
  /** A finger drags the picture that fits: sideways to another work, or down. Nothing is decided yet. */
  drag(dx: number, dy: number): void;
  /** The finger has left: where it was, and whether it was fast. */
  drop(dx: number, dy: number, isFast: boolean): void;
}

interface Finger {
  x: number;
  y: number;
}

const doubleTapMs = 300;
const doubleTapPixels = 30;
/** Less than this is a tap. */
const steady = 8;
/** Pixels a millisecond above which a swipe counts although it is short. */
const fast = 0.5;

const distance = ([a, b]: Finger[]): number => (a && b ? Math.hypot(a.x - b.x, a.y - b.y) : 0);
const middle = (fingers: Finger[]): Finger => ({
  x: fingers.reduce((sum, { x }) => sum + x, 0) / fingers.length,
  y: fingers.reduce((sum, { y }) => sum + y, 0) / fingers.length,
});

/** Listens until the returned function is called. */
export function listenToGestures(element: HTMLElement, { isZoomed, move, zoom, toggle, drag, drop }: Gestures): () => void {
  const fingers = new Map<number, Finger>();
  let start: (Finger & { at: number }) | undefined;
  let lastTap: (Finger & { at: number }) | undefined;
  let hadTwo = false;
  const fromMiddle = ({ x, y }: Finger): Finger => {
    const box = element.getBoundingClientRect();
    return { x: x - box.left - box.width / 2, y: y - box.top - box.height / 2 };
  };
  const onDown = (event: PointerEvent): void => {
    if (event.button !== 0 || (event.target instanceof Element && event.target.closest('button, a, input'))) return;
    // A finger beyond the second changes nothing.
    if (fingers.size >= 2) return;
    element.setPointerCapture(event.pointerId);
    fingers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    hadTwo = fingers.size === 2;
    start = { x: event.clientX, y: event.clientY, at: event.timeStamp };
  };
  const onMove = (event: PointerEvent): void => {
    const before = fingers.get(event.pointerId);
    if (!before || !start) return;
    const all = (): Finger[] => [...fingers.values()];
    const [centre, spread] = [middle(all()), distance(all())];
    fingers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    const now = middle(all());
    if (fingers.size === 2 && spread > 0) zoom(distance(all()) / spread, fromMiddle(now));
    if (isZoomed()) move(now.x - centre.x, now.y - centre.y);
    else if (fingers.size === 1 && !hadTwo && event.pointerType !== 'mouse') drag(event.clientX - start.x, event.clientY - start.y);
  };
  const onUp = (event: PointerEvent): void => {
    if (!fingers.delete(event.pointerId) || !start || fingers.size > 0) return;
    const [dx, dy] = [event.clientX - start.x, event.clientY - start.y];
    const ms = Math.max(1, event.timeStamp - start.at);
    const isTap = Math.hypot(dx, dy) < steady && !hadTwo && event.type === 'pointerup';
    if (isTap) {
      const isDouble =
        lastTap &&
        event.timeStamp - lastTap.at < doubleTapMs &&
        Math.hypot(event.clientX - lastTap.x, event.clientY - lastTap.y) < doubleTapPixels;
      if (isDouble) toggle(fromMiddle({ x: event.clientX, y: event.clientY }));
      lastTap = isDouble ? undefined : { x: event.clientX, y: event.clientY, at: event.timeStamp };
    }
    if (!isZoomed() && event.pointerType !== 'mouse' && !hadTwo) drop(isTap ? 0 : dx, isTap ? 0 : dy, Math.hypot(dx, dy) / ms > fast);
    start = undefined;
  };
  const onWheel = (event: WheelEvent): void => {
    event.preventDefault();
    // Lines and pages of some mice, in pixels; pinching on a touchpad comes as a wheel with Ctrl and small steps.
    const pixels =
      event.deltaY * (event.deltaMode === WheelEvent.DOM_DELTA_PIXEL ? 1 : event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 33 : 400);
    zoom(Math.exp(-pixels * (event.ctrlKey ? 0.01 : 0.0015)), fromMiddle({ x: event.clientX, y: event.clientY }));
  };
  element.addEventListener('pointerdown', onDown);
  element.addEventListener('pointermove', onMove);
  element.addEventListener('pointerup', onUp);
  element.addEventListener('pointercancel', onUp);
  element.addEventListener('wheel', onWheel, { passive: false });
  return () => {
    element.removeEventListener('pointerdown', onDown);
    element.removeEventListener('pointermove', onMove);
    element.removeEventListener('pointerup', onUp);
    element.removeEventListener('pointercancel', onUp);
    element.removeEventListener('wheel', onWheel);
  };
}
