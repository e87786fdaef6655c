/** Names and shapes of the tensors of a model, as PyTorch writes them: [out, in, …]. */
export type Layout = Record<string, number[]>;

/** Collects a layout. Nested names have no end but their part: the weight of a linear layer `a` is `a.weight`. */
export class Tensors {
  readonly layout: Layout = {};

  linear(name: string, to: number, from: number, bias = true): void {
    this.layout[`${name}.weight`] = [to, from];
    if (bias) this.layout[`${name}.bias`] = [to];
  }

  conv(name: string, to: number, from: number, size = 3): void {
    this.layout[`${name}.weight`] = [to, from, size, size];
    this.layout[`${name}.bias`] = [to];
  }

  norm(name: string, width: number): void {
    this.layout[`${name}.weight`] = [width];
    this.layout[`${name}.bias`] = [width];
  }

  /** A causal convolution over time, height and width. */
  conv3d(name: string, to: number, from: number, size: readonly [number, number, number]): void {
    this.layout[`${name}.weight`] = [to, from, ...size];
    this.layout[`${name}.bias`] = [to];
  }

  scale(name: string, width: number): void {
    this.layout[name] = [width];
  }

  add(prefix: string, layout: Layout): void {
    for (const [name, shape] of Object.entries(layout)) this.layout[prefix + name] = shape;
  }
}
