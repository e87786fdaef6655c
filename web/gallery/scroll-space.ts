/**
 * A scroll box for content that may be higher than browsers allow: Chromium ends boxes at 2^24 device pixels, Firefox at 17,895,624. The box is
 * lower than the content, and `offset` is what a place of the box lies off the same place of the content. Small movements scroll the content
 * pixel by pixel. From a large one on, as by the scrollbar or the End key, until the movement ends, the content stands at the same share of its
 * height as the box.
 */
export class ScrollSpace {
  /** Device pixels that every browser allows. */
  static readonly mostDevicePixels = 15_000_000;

  #height = 0;
  #viewport = 0;
  #offset = 0;
  #last = 0;
  #isJumping = false;

  /** Height of the box, CSS pixels. */
  boxHeight = 0;

  resize(height: number, viewport: number, devicePixelRatio: number): void {
    this.#height = height;
    this.#viewport = viewport;
    this.boxHeight = Math.min(height, ScrollSpace.mostDevicePixels / devicePixelRatio);
  }

  /** Place of the box minus place of the content: added to what is drawn. */
  get offset(): number {
    return this.#offset;
  }

  get #mostBox(): number {
    return Math.max(0, this.boxHeight - this.#viewport);
  }

  get #most(): number {
    return Math.max(0, this.#height - this.#viewport);
  }

  get isScaled(): boolean {
    return this.boxHeight < this.#height;
  }

  /** Where the content stands when the box was scrolled to `scrollTop`. */
  moved(scrollTop: number): number {
    // Browsers animate the End key: the movement ends with small steps.
    this.#isJumping ||= Math.abs(scrollTop - this.#last) > 2 * this.#viewport;
    this.#last = scrollTop;
    if (!this.isScaled) this.#offset = 0;
    else if (this.#isJumping) this.#offset = scrollTop - this.#share(scrollTop);
    return this.#clamped(scrollTop - this.#offset);
  }

  /** The `scrollTop` at which the content stands at `y`. */
  placeFor(y: number): number {
    this.#isJumping = false;
    const wanted = this.#clamped(y);
    if (!this.isScaled) {
      this.#offset = 0;
      this.#last = wanted;
      return wanted;
    }
    const scrollTop = this.#most === 0 ? 0 : Math.round((wanted / this.#most) * this.#mostBox);
    this.#offset = scrollTop - wanted;
    this.#last = scrollTop;
    return scrollTop;
  }

  #share(scrollTop: number): number {
    return this.#mostBox === 0 ? 0 : (scrollTop / this.#mostBox) * this.#most;
  }

  #clamped(y: number): number {
    return Math.min(this.#most, Math.max(0, y));
  }
}
