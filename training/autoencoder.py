"""Trains the autoencoder, encoder and decoder together.

    python autoencoder.py --work work [--minutes 17]

Uses 64 px crops of the pictures; a quarter are whole pictures scaled down. The latents are kept near mean 0 and deviation 1, because the UNet
diffuses them as they are. Muon trains the convolutions between hidden channels: with AdamW alone, the encoder lost hues after the same time
(2 dB worse, 5 dB in the means of 16 x 16 pixels). The state is in <work>/tae.pt.state and saved every few minutes, so a killed run continues.
polish.py improves the decoder afterwards, when the UNet that it serves is trained.
"""

import argparse
import math
import os

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

from mini.muon import muon_for_convolutions
from mini.pools import NAMES, read_pictures
from mini.state import Clock, load, load_config, save
from mini.tae import TAE, loss_fn


def batches(pools, rng, batch, crop):
    while True:
        out = []
        for _ in range(batch):
            pool = pools[0] if rng.random() < 0.75 else pools[-1]
            image = torch.from_numpy(pool[int(rng.integers(len(pool)))].copy()).permute(2, 0, 1).float()
            edge = image.shape[-1]
            if crop < edge and rng.random() < 0.25:
                image = F.interpolate(image[None], size=(crop, crop), mode='area')[0]
            elif crop < edge:  # most often the middle
                x, y = np.clip(rng.normal((edge - crop) / 2, 22, 2).round().astype(int), 0, edge - crop)
                image = image[:, y : y + crop, x : x + crop]
            out.append(image)
        yield torch.stack(out) / 255


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--work', default='work')
    parser.add_argument('--size', default='cpu')
    parser.add_argument('--minutes', type=float)
    parser.add_argument('--threads', type=int, default=1)
    args = parser.parse_args()
    settings = load_config(size=args.size)['autoencoder']
    device = torch.device('cuda' if torch.cuda.is_available() else 'cpu')
    torch.set_num_threads(args.threads)
    torch.manual_seed(settings['seed'])
    path = os.path.join(args.work, 'tae.pt')
    kept = load(path + '.state', device)
    clock = Clock(args.minutes or settings['minutes'], kept['minutes'] if kept else 0.0, device.type)
    model = TAE().to(device).to(memory_format=torch.channels_last)
    optimizers = muon_for_convolutions(model, settings['rate'])
    step = 0
    if kept:
        model.load_state_dict(kept['model'])
        optimizers.load(kept['optimizers'])
        step = kept['step']
    average = kept['average'] if kept else {k: v.detach().clone() for k, v in model.state_dict().items()}
    rng = np.random.default_rng([settings['seed'], step])
    source = batches([read_pictures(args.work, name) for name in NAMES], rng, settings['batch'], settings['crop'])

    def keep():
        state = {'model': model.state_dict(), 'average': average, 'optimizers': optimizers.state(), 'step': step}
        save(path + '.state', {**state, 'minutes': clock.spent})

    losses = []
    while clock.share < 1:
        optimizers.set_rate(settings['rate'] * min(1, (step + 1) / 50) * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * clock.share))))
        x = next(source).to(device).to(memory_format=torch.channels_last)
        with torch.autocast(device.type, dtype=torch.bfloat16):
            z = model.encoder(x)
            y = model.decoder(z + torch.randn_like(z) * (0.08 * torch.rand(len(z), 1, 1, 1, device=device, dtype=z.dtype)))
        z = z.float()
        spread = z.mean((0, 2, 3)).square().mean() + (z.std((0, 2, 3)) - 1).square().mean() + F.relu(z.abs() - 2.5).square().mean()
        loss = loss_fn(y.float(), x) + 0.05 * spread
        optimizers.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizers.step()
        step += 1
        with torch.no_grad():
            for name, value in model.state_dict().items():
                average[name].lerp_(value, 0.02 if step > 100 else 0.2)
        losses.append(loss.item())
        if clock.every('print', 60):
            print(f'step {step} loss {np.mean(losses[-100:]):.4f} {clock.spent:.1f} min', flush=True)
        if clock.every('save', 180):
            keep()
    keep()
    save(path, {'model': average, 'step': step})


if __name__ == '__main__':
    main()
