import { type Layout, Tensors } from './layout.ts';

export interface UnetSizes {
  channels: number;
  multiples: readonly number[];
  /** Number of transformer layers at each level and in the middle. */
  depths: readonly number[];
  middle: number;
  context: number;
  linearProjection: boolean;
  vector?: number;
}

/** UNet of SD 1, SD 2 and SDXL. */
export function unet({ channels, multiples, depths, middle, context, linearProjection, vector }: UnetSizes): Layout {
  const t = new Tensors();
  const time = 4 * channels;
  const resnet = (name: string, to: number, from: number): void => {
    t.norm(`${name}.in_layers.0`, from);
    t.conv(`${name}.in_layers.2`, to, from);
    t.linear(`${name}.emb_layers.1`, to, time);
    t.norm(`${name}.out_layers.0`, to);
    t.conv(`${name}.out_layers.3`, to, to);
    if (to !== from) t.conv(`${name}.skip_connection`, to, from, 1);
  };
  const attention = (name: string, width: number, depth: number): void => {
    t.norm(`${name}.norm`, width);
    for (const side of ['proj_in', 'proj_out'])
      if (linearProjection) t.linear(`${name}.${side}`, width, width);
      else t.conv(`${name}.${side}`, width, width, 1);
    for (let at = 0; at < depth; at++) {
      const block = `${name}.transformer_blocks.${at}`;
      for (const [which, from] of [
        ['attn1', width],
        ['attn2', context],
      ] as const) {
        t.linear(`${block}.${which}.to_q`, width, width, false);
        t.linear(`${block}.${which}.to_k`, width, from, false);
        t.linear(`${block}.${which}.to_v`, width, from, false);
        t.linear(`${block}.${which}.to_out.0`, width, width);
      }
      t.linear(`${block}.ff.net.0.proj`, 8 * width, width);
      t.linear(`${block}.ff.net.2`, width, 4 * width);
      for (const norm of ['norm1', 'norm2', 'norm3']) t.norm(`${block}.${norm}`, width);
    }
  };
  t.linear('time_embed.0', time, channels);
  t.linear('time_embed.2', time, time);
  if (vector !== undefined) {
    t.linear('label_emb.0.0', time, vector);
    t.linear('label_emb.0.2', time, time);
  }
  t.conv('input_blocks.0.0', channels, 4);
  const skips = [channels];
  let [width, block] = [channels, 1];
  for (const [level, multiple] of multiples.entries()) {
    for (let at = 0; at < 2; at++, block++) {
      resnet(`input_blocks.${block}.0`, channels * multiple, width);
      width = channels * multiple;
      if (depths[level]) attention(`input_blocks.${block}.1`, width, depths[level]);
      skips.push(width);
    }
    if (level < multiples.length - 1) {
      t.conv(`input_blocks.${block++}.0.op`, width, width);
      skips.push(width);
    }
  }
  resnet('middle_block.0', width, width);
  attention('middle_block.1', width, middle);
  resnet('middle_block.2', width, width);
  block = 0;
  for (const [level, multiple] of [...multiples.entries()].reverse())
    for (let at = 0; at < 3; at++, block++) {
      resnet(`output_blocks.${block}.0`, channels * multiple, width + (skips.pop() ?? 0));
      width = channels * multiple;
      if (depths[level]) attention(`output_blocks.${block}.1`, width, depths[level]);
      if (at === 2 && level > 0) t.conv(`output_blocks.${block}.${depths[level] ? 2 : 1}.conv`, width, width);
    }
  t.norm('out.0', width);
  t.conv('out.2', 4, width);
  return t.layout;
}
