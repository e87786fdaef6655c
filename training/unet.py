"""Trains the UNet on the latents and text states of states.py.

    python unet.py --work work [--from mini.safetensors]       # one process; on a GPU where there is one
    python unet.py --work work --rank 1                         # a second process on another core, with its own rank

--from: start with the UNet of an exported checkpoint instead of random weights. Processes with different ranks average their weights every few
seconds (local SGD) through files in <work>/exchange, so each may be stopped and started at any time. State: <work>/unet-<rank>.pt every
few minutes; the weights to export are the moving average of rank 0. Loss: eps prediction, min-SNR-5 weights.
"""

import argparse
import glob
import math
import os
import time

import numpy as np
import torch
import torch.nn as nn
from safetensors.torch import load_file

from mini import kernels
from mini.muon import Optimizers, muon_and_adamw
from mini.pools import NAMES, read_latents
from mini.sampling import alphas_cumprod
from mini.state import Clock, load, load_config, read_json, save
from mini.unet import UNet

PREFIX = 'model.diffusion_model.'


class Data:
    """Latents of all pools in memory, text states on disk. A picture's probability is the share of its pool divided by the pool's size. `mirrored`:
    the share of mirrored pictures, by pool."""

    def __init__(self, work, shares, mirrored):
        pick = read_json(os.path.join(work, 'pick.json'))
        latents, self.captions, chance = [], [], []
        for name in NAMES:
            flipped = mirrored.get(name, 0)
            for file, share in ((name, 1 - flipped), (name + '.mirrored', flipped)):
                if share > 0:
                    pool = np.asarray(read_latents(work, file))
                    latents.append(pool)
                    self.captions += pick[name]
                    chance += [shares[name] * share / len(pool)] * len(pool)
        self.latents = torch.from_numpy(np.concatenate(latents))
        if not self.latents.flatten(1).abs().sum(1).all():
            raise SystemExit('latents: expected one of each picture. Run states.py latents to its end')
        self.chance = np.cumsum(np.array(chance) / sum(chance))
        self.text = np.load(os.path.join(work, 'text.npy'), mmap_mode='r')

    def draw(self, count, rng, device):
        k = np.searchsorted(self.chance, rng.random(count)).clip(max=len(self.latents) - 1)
        # Caption 0 is empty: guidance needs predictions without a caption.
        captions = [0 if rng.random() < 0.1 else self.captions[i][rng.integers(len(self.captions[i]))] for i in k]
        return self.latents[torch.from_numpy(k)].to(device).float(), torch.from_numpy(self.text[captions]).to(device, torch.bfloat16)


class Exchange:
    """Averages with the newest weights of the other ranks."""

    def __init__(self, work, rank, seconds):
        self.folder, self.rank, self.seconds = os.path.join(work, 'exchange'), rank, seconds
        os.makedirs(self.folder, exist_ok=True)

    def average(self, params):
        flat = torch.cat([q.detach().reshape(-1).cpu() for q in params])
        own = os.path.join(self.folder, f'{self.rank}.npy')
        np.save(own + '.part.npy', flat.numpy())
        os.replace(own + '.part.npy', own)
        fresh = time.time() - 4 * self.seconds - 30
        others = [f for f in glob.glob(os.path.join(self.folder, '[0-9].npy')) if f != own and os.path.getmtime(f) > fresh]
        if not others:
            return
        flat = (flat + sum(torch.from_numpy(np.load(f)) for f in others)) / (1 + len(others))
        at = 0
        for q in params:
            q.data.copy_(flat[at : at + q.numel()].view(q.shape))
            at += q.numel()


def make_optimizers(net, settings):
    if settings['optimizer'] == 'adamw':
        return Optimizers([torch.optim.AdamW(net.parameters(), settings['rate'], betas=(0.9, 0.99), weight_decay=0.01, fused=True)])
    edge = ('time_embed', 'input_blocks.0.', 'out.')
    return muon_and_adamw(net, lambda name, q: q.ndim >= 2 and not name.startswith(edge), settings['rate'])


def train(args, settings, device):
    data = Data(args.work, settings['pools'], settings['mirrored'])
    net = UNet(context_dim=data.text.shape[-1], **settings['layout']).to(device).to(memory_format=torch.channels_last)
    path = os.path.join(args.work, f'unet-{args.rank}.pt')
    kept, step, seen = load(path, device), 0, 0
    if kept:
        net.load_state_dict(kept['model'])
        step, seen = kept['step'], kept['seen']
    elif args.begin:
        net.load_state_dict({k[len(PREFIX) :]: v.float() for k, v in load_file(args.begin).items() if k.startswith(PREFIX)})
    optimizers = make_optimizers(net, settings)
    if kept:
        optimizers.load(kept['optimizers'])
    average = kept['average'] if kept else {k: v.detach().clone() for k, v in net.state_dict().items()}
    clock = Clock(args.minutes or settings['minutes'], kept['minutes'] if kept else 0.0, device.type)
    exchange, first = Exchange(args.work, args.rank, settings['exchange_seconds']), step
    params, names = list(net.parameters()), list(average)
    schedule = alphas_cumprod().to(device)
    snr = schedule / (1 - schedule)
    weight = snr.clamp(max=5) / snr
    rng = np.random.default_rng([settings['seed'], args.rank, step])
    torch.manual_seed(settings['seed'] + 1000 * args.rank + step)

    def keep():
        state = {
            'model': net.state_dict(),
            'average': average,
            'optimizers': optimizers.state(),
            'layout': settings['layout'],
        }
        save(path, {**state, 'step': step, 'seen': seen, 'minutes': clock.spent})

    losses = []
    while clock.share < 1:
        rate = settings['rate'] * min(1, (step - first + 1) / 100) * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * clock.share)))
        optimizers.set_rate(rate)
        x0, text = data.draw(settings['batch'], rng, device)
        t = torch.randint(0, 1000, (len(x0),), device=device)
        noise, at = torch.randn_like(x0), schedule[t][:, None, None, None]
        x = (at.sqrt() * x0 + (1 - at).sqrt() * noise).contiguous(memory_format=torch.channels_last)
        with torch.autocast(device.type, dtype=torch.bfloat16):
            guess = net(x, t, text)
        error = (guess.float() - noise).square().mean((1, 2, 3))
        optimizers.zero_grad()
        (error * weight[t]).mean().backward()
        nn.utils.clip_grad_norm_(params, 1.0)
        optimizers.step()
        step, seen = step + 1, seen + len(x0)
        losses.append(error.mean().item())
        if step % 2 == 0:
            decay = min(settings['average'], (1 + step) / (10 + step)) ** 2
            state = net.state_dict()
            with torch.no_grad():
                torch._foreach_lerp_([average[q] for q in names], [state[q] for q in names], 1 - decay)
        if clock.every('exchange', settings['exchange_seconds']):
            exchange.average(params)
        if clock.every('print', 60):
            print(f'step {step} seen {seen} mse {np.mean(losses[-200:]):.4f} rate {rate:.1e} {clock.spent:.1f} min', flush=True)
        if clock.every('save', 240):
            keep()
    keep()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--work', default='work')
    parser.add_argument('--size', default='cpu')
    parser.add_argument('--minutes', type=float)
    parser.add_argument('--rank', type=int, default=0, choices=range(10))
    parser.add_argument('--from', dest='begin')
    parser.add_argument('--threads', type=int, default=1)
    args = parser.parse_args()
    device = torch.device('cuda' if torch.cuda.is_available() else 'cpu')
    torch.set_num_threads(args.threads)
    if device.type == 'cpu':
        kernels.enable()
    train(args, load_config(size=args.size)['unet'], device)


if __name__ == '__main__':
    main()
