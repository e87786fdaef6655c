"""Polishes the decoder. The encoder does not change, so that the latents and the UNet stay valid.

    python polish.py --work work [--minutes 30]

Learns to turn latents into the true picture: the encoder's own, some with a little noise, and, if redraw.py was run, some that the UNet redrew.
Uses whole pictures, or crops whose border is ignored because it lacks its surroundings. The state is saved every minute, so a killed run continues.
"""

import argparse
import glob
import math
import os

import numpy as np
import torch
import torch.nn as nn

from mini.muon import muon_for_convolutions
from mini.pools import NAMES, read_latents, read_pictures
from mini.state import Clock, load, load_config, save
from mini.tae import TAE

EDGE = 16


class Source:
    def __init__(self, work, settings, rng):
        self.pools = {name: (read_pictures(work, name), read_latents(work, name)) for name in NAMES}
        self.settings, self.rng, self.redrawn = settings, rng, []
        for file in sorted(glob.glob(os.path.join(work, '*.redrawn.npz'))):
            name, kept = os.path.basename(file).split('.')[0], np.load(file)
            self.redrawn += [(name, i, z) for i, z in zip(kept['index'], kept['latents'], strict=True)]

    def draw(self):
        rng, crop, pictures, latents = self.rng, self.settings['crop'], [], []
        for _ in range(self.settings['batch']):
            if self.redrawn and rng.random() < self.settings['redrawn_share']:
                name, i, z = self.redrawn[rng.integers(len(self.redrawn))]
                noise = 0.0
            else:
                name = NAMES[0] if rng.random() < 0.75 else NAMES[1]
                i = rng.integers(len(self.pools[name][0]))
                z, noise = self.pools[name][1][i], self.settings['noise'] * rng.random() ** 2
            a, b = rng.integers(0, EDGE - crop + 1, 2)
            latent = torch.from_numpy(z[:, a : a + crop, b : b + crop].astype(np.float32))
            latents.append(latent + noise * torch.randn_like(latent))
            picture = self.pools[name][0][i][8 * a : 8 * (a + crop), 8 * b : 8 * (b + crop)]
            pictures.append(torch.from_numpy(picture.copy()))
        return torch.stack(latents).contiguous(memory_format=torch.channels_last), torch.stack(pictures).permute(0, 3, 1, 2).float() / 255


def loss_of(guess, picture):
    edge = picture.shape[-1]
    rim = 0 if edge == 8 * EDGE else 8
    d = (guess - picture)[..., rim : edge - rim, rim : edge - rim]
    across, down = d[..., 1:] - d[..., :-1], d[..., 1:, :] - d[..., :-1, :]
    return d.abs().mean() + 2 * d.square().mean() + across.abs().mean() + down.abs().mean()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--work', default='work')
    parser.add_argument('--size', default='cpu')
    parser.add_argument('--minutes', type=float)
    args = parser.parse_args()
    torch.set_num_threads(1)
    settings = load_config(size=args.size)['polish']
    path = os.path.join(args.work, 'tae.pt')
    kept, tae = load(path + '.polish'), TAE()
    tae.load_state_dict(load(path)['model'])
    decoder = tae.decoder.to(memory_format=torch.channels_last)
    optimizers = muon_for_convolutions(decoder, settings['rate'])
    step = 0
    if kept:
        decoder.load_state_dict(kept['model'])
        optimizers.load(kept['optimizers'])
        step = kept['step']
    average = kept['average'] if kept else {k: v.detach().clone() for k, v in decoder.state_dict().items()}
    clock = Clock(args.minutes or settings['minutes'], kept['minutes'] if kept else 0.0)
    source = Source(args.work, settings, np.random.default_rng([settings['seed'], step]))
    losses = []

    def keep():
        state = {'model': decoder.state_dict(), 'average': average, 'optimizers': optimizers.state(), 'step': step}
        save(path + '.polish', {**state, 'minutes': clock.spent})

    while clock.share < 1:
        optimizers.set_rate(settings['rate'] * min(1, (step + 1) / 50) * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * clock.share))))
        latent, picture = source.draw()
        with torch.autocast('cpu', dtype=torch.bfloat16):
            guess = decoder(latent)
        loss = loss_of(guess.float(), picture)
        optimizers.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(decoder.parameters(), 1.0)
        optimizers.step()
        step += 1
        losses.append(loss.item())
        with torch.no_grad():
            for name, value in decoder.state_dict().items():
                average[name].lerp_(value, 0.02 if step > 60 else 0.2)
        if clock.every('save', 60):
            print(f'step {step} loss {np.mean(losses[-80:]):.4f} {clock.spent:.1f} min', flush=True)
            keep()
    keep()
    tae.decoder.load_state_dict(average)
    save(path, {'model': tae.state_dict(), 'step': step})


if __name__ == '__main__':
    main()
