import { type Layout, Tensors } from './layout.ts';

/** Stable Diffusion's autoencoder, with the convolutions around the latents where these have 4 channels. */
export function autoencoder(latent: number, channels: number): Layout {
  const t = new Tensors();
  const multiples = [1, 2, 4, 4];
  const resnet = (name: string, to: number, from: number): void => {
    t.norm(`${name}.norm1`, from);
    t.conv(`${name}.conv1`, to, from);
    t.norm(`${name}.norm2`, to);
    t.conv(`${name}.conv2`, to, to);
    if (to !== from) t.conv(`${name}.nin_shortcut`, to, from, 1);
  };
  const middle = (side: string, width: number): void => {
    resnet(`${side}.mid.block_1`, width, width);
    t.norm(`${side}.mid.attn_1.norm`, width);
    for (const part of ['q', 'k', 'v', 'proj_out']) t.conv(`${side}.mid.attn_1.${part}`, width, width, 1);
    resnet(`${side}.mid.block_2`, width, width);
  };
  t.conv('encoder.conv_in', channels, 3);
  let width = channels;
  for (const [level, multiple] of multiples.entries()) {
    for (let at = 0; at < 2; at++) {
      resnet(`encoder.down.${level}.block.${at}`, channels * multiple, width);
      width = channels * multiple;
    }
    if (level < multiples.length - 1) t.conv(`encoder.down.${level}.downsample.conv`, width, width);
  }
  middle('encoder', width);
  t.norm('encoder.norm_out', width);
  t.conv('encoder.conv_out', 2 * latent, width);
  t.conv('decoder.conv_in', width, latent);
  middle('decoder', width);
  for (const [level, multiple] of [...multiples.entries()].reverse()) {
    for (let at = 0; at < 3; at++) {
      resnet(`decoder.up.${level}.block.${at}`, channels * multiple, width);
      width = channels * multiple;
    }
    if (level > 0) t.conv(`decoder.up.${level}.upsample.conv`, width, width);
  }
  t.norm('decoder.norm_out', width);
  t.conv('decoder.conv_out', 3, width);
  if (latent === 4) {
    t.conv('quant_conv', 8, 8, 1);
    t.conv('post_quant_conv', 4, 4, 1);
  }
  return t.layout;
}

/** Norm, convolution, norm, convolution: the block that the autoencoder of Wan 2.1 is made of. */
function wanResidual(t: Tensors, name: string, to: number, from: number): void {
  t.scale(`${name}.residual.0.gamma`, from);
  t.conv3d(`${name}.residual.2`, to, from, [3, 3, 3]);
  t.scale(`${name}.residual.3.gamma`, to);
  t.conv3d(`${name}.residual.6`, to, to, [3, 3, 3]);
  if (to !== from) t.conv3d(`${name}.shortcut`, to, from, [1, 1, 1]);
}

function wanMiddle(t: Tensors, side: string, width: number): void {
  wanResidual(t, `${side}.middle.0`, width, width);
  t.scale(`${side}.middle.1.norm.gamma`, width);
  t.conv(`${side}.middle.1.to_qkv`, 3 * width, width, 1);
  t.conv(`${side}.middle.1.proj`, width, width, 1);
  wanResidual(t, `${side}.middle.2`, width, width);
}

/** Autoencoder of Qwen-Image, which is that of Wan 2.1. The engine knows no other size. */
export function wanAutoencoder(): Layout {
  const t = new Tensors();
  const [channels, latent, multiples] = [96, 16, [1, 2, 4, 4]];
  const last = multiples.length - 1;
  t.conv3d('encoder.conv1', channels, 3, [3, 3, 3]);
  let [width, block] = [channels, 0];
  for (const [level, multiple] of multiples.entries()) {
    for (let at = 0; at < 2; at++) {
      wanResidual(t, `encoder.downsamples.${block++}`, channels * multiple, width);
      width = channels * multiple;
    }
    if (level === last) break;
    t.conv(`encoder.downsamples.${block}.resample.1`, width, width);
    if (level > 0) t.conv3d(`encoder.downsamples.${block}.time_conv`, width, width, [3, 1, 1]);
    block++;
  }
  wanMiddle(t, 'encoder', width);
  t.scale('encoder.head.0.gamma', width);
  t.conv3d('encoder.head.2', 2 * latent, width, [3, 3, 3]);
  t.conv3d('conv1', 2 * latent, 2 * latent, [1, 1, 1]);
  t.conv3d('conv2', latent, latent, [1, 1, 1]);
  t.conv3d('decoder.conv1', width, latent, [3, 3, 3]);
  wanMiddle(t, 'decoder', width);
  block = 0;
  for (const [level, multiple] of [...multiples.entries()].reverse()) {
    for (let at = 0; at < 3; at++) {
      wanResidual(t, `decoder.upsamples.${block++}`, channels * multiple, width);
      width = channels * multiple;
    }
    if (level === 0) break;
    if (level > 1) t.conv3d(`decoder.upsamples.${block}.time_conv`, 2 * width, width, [3, 1, 1]);
    width /= 2;
    t.conv(`decoder.upsamples.${block++}.resample.1`, width, 2 * width);
  }
  t.scale('decoder.head.0.gamma', width);
  t.conv3d('decoder.head.2', 3, width, [3, 3, 3]);
  return t.layout;
}
