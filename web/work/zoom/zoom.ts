/** How a picture is enlarged and moved in its stage: numbers only. */

export interface Zoom {
  /** 1: the whole picture fits. */
  scale: number;
  /** Of the picture's middle from the middle of the stage, CSS pixels. */
  x: number;
  y: number;
}

export interface Sizes {
  /** The stage. */
  width: number;
  height: number;
  /** The picture at scale 1. */
  fitWidth: number;
  fitHeight: number;
}

export const fitted: Zoom = { scale: 1, x: 0, y: 0 };
/** Of a key or a click on a button. */
export const zoomStep = 1.5;
/** Largest size of a pixel of the picture, CSS pixels; and the least factor that is allowed above fitting. */
const [mostPixel, leastMost] = [8, 4];

/** Size at which a picture fits into a stage. Small pictures are enlarged to it. */
export function fit(picture: { width: number; height: number }, stage: { width: number; height: number }): Sizes {
  const factor = Math.min(stage.width / picture.width, stage.height / picture.height);
  return { ...stage, fitWidth: picture.width * factor, fitHeight: picture.height * factor };
}

export const mostScale = ({ fitWidth }: Sizes, pictureWidth: number): number => Math.max(leastMost, (mostPixel * pictureWidth) / fitWidth);

const between = (value: number, most: number): number => Math.min(most, Math.max(-most, value));

/** No edge of the picture comes further in than the edge of the stage; what is smaller than the stage is in its middle. */
export function clamped({ scale, x, y }: Zoom, { width, height, fitWidth, fitHeight }: Sizes): Zoom {
  const [beyondX, beyondY] = [Math.max(0, (fitWidth * scale - width) / 2), Math.max(0, (fitHeight * scale - height) / 2)];
  return { scale, x: between(x, beyondX), y: between(y, beyondY) };
}

/** Zooms so that what is at a point stays there. @param at from the middle of the stage, CSS pixels */
export function zoomedAt(zoom: Zoom, factor: number, at: { x: number; y: number }, sizes: Sizes, most: number): Zoom {
  const scale = Math.min(most, Math.max(1, zoom.scale * factor));
  const share = scale / zoom.scale;
  return clamped({ scale, x: at.x - (at.x - zoom.x) * share, y: at.y - (at.y - zoom.y) * share }, sizes);
}

export const moved = (zoom: Zoom, dx: number, dy: number, sizes: Sizes): Zoom =>
  clamped({ ...zoom, x: zoom.x + dx, y: zoom.y + dy }, sizes);
