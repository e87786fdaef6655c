"""Latents as the UNet reproduces them: noised to a middle time step and sampled from there with guidance.

    python redraw.py --work work

The decoder is polished on them (polish.py), because in use it never sees the encoder's own latents. Writes <work>/<pool>.redrawn.npz.
"""

import argparse
import os

import numpy as np
import torch

from mini import kernels
from mini.pools import NAMES, read_latents
from mini.sampling import alphas_cumprod
from mini.state import load, load_config, read_json
from mini.unet import UNet


@torch.no_grad()
def redrawn(net, x0, text, empty, start, guidance, sigmas, steps=4):
    times = np.linspace(start, 0, steps + 1).round().astype(int)
    x = x0 + sigmas[start] * torch.randn_like(x0)
    for at, to in zip(times[:-1], times[1:], strict=True):
        scaled = (x / (sigmas[at] ** 2 + 1) ** 0.5).repeat(2, 1, 1, 1).contiguous(memory_format=torch.channels_last)
        with torch.autocast('cpu', dtype=torch.bfloat16):
            with_text, without = net(scaled, torch.full((2 * len(x),), int(at)), torch.cat([text, empty]).bfloat16()).float().chunk(2)
        x = x + (without + guidance * (with_text - without)) * ((0.0 if to == 0 else sigmas[to]) - sigmas[at])
    return x


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--work', default='work')
    parser.add_argument('--size', default='cpu')
    args = parser.parse_args()
    torch.set_num_threads(1)
    kernels.enable()
    settings = load_config(size=args.size)['polish']
    rng = np.random.default_rng(settings['seed'])
    torch.manual_seed(settings['seed'])
    kept = load(os.path.join(args.work, 'unet-0.pt'))
    captions = np.load(os.path.join(args.work, 'text.npy'), mmap_mode='r')
    net = UNet(context_dim=captions.shape[-1], **kept['layout'])
    net.load_state_dict(kept['average'])
    net = net.to(memory_format=torch.channels_last).eval()
    pick = read_json(os.path.join(args.work, 'pick.json'))
    schedule = alphas_cumprod()
    sigmas = ((1 - schedule) / schedule).sqrt()
    for name, share in zip(NAMES, (0.8, 0.2), strict=True):
        latents = read_latents(args.work, name)
        index = np.sort(rng.choice(len(latents), min(len(latents), int(settings['redrawn'] * share)), replace=False))
        out = []
        for k in range(0, len(index), 32):
            part = index[k : k + 32]
            said = [pick[name][j][rng.integers(len(pick[name][j]))] for j in part]
            text, empty = torch.from_numpy(captions[said]).float(), torch.from_numpy(captions[[0] * len(part)]).float()
            x0 = torch.from_numpy(latents[part].astype(np.float32))
            out.append(redrawn(net, x0, text, empty, int(rng.integers(120, 420)), float(rng.choice([3.5, 5.0])), sigmas).numpy())
        np.savez(os.path.join(args.work, name + '.redrawn.npz'), index=index, latents=np.concatenate(out).astype(np.float16))
        print(name, len(index), flush=True)


if __name__ == '__main__':
    main()
