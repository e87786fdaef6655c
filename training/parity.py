"""Paints with PyTorch, in float32, from the engine's own start noise: the pictures for `npm run eval:model -- --parity <folder>`.

    python parity.py --model out --bundle ../models/mini.gguf --out parity [--prompts ../bench/model/prompts.txt] [--count 24]

Paints each twice: NN.png with the exported weights of the UNet, NN-stored.png with those of the package, which were rounded when it was made.
"""

import argparse
import os

import numpy as np
import torch
from PIL import Image

from mini.exported import load_stored, read_exported
from mini.gguf import read_gguf
from mini.noise import philox_normal
from mini.sampling import sample
from mini.state import write_json
from mini.tokenizer import Tokenizer


@torch.no_grad()
def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--model', default='out')
    parser.add_argument('--bundle', default='../models/mini.gguf')
    parser.add_argument('--out', default='parity')
    parser.add_argument('--prompts', default='../bench/model/prompts.txt')
    parser.add_argument('--count', type=int, default=24)
    parser.add_argument('--steps', type=int, default=20)
    parser.add_argument('--cfg', type=float, default=5.0)
    args = parser.parse_args()
    torch.set_num_threads(1)
    clip, unet, tae = read_exported(args.model)
    with open(args.prompts) as file:
        prompts = [line.strip() for line in file if line.strip()][: args.count]
    os.makedirs(args.out, exist_ok=True)
    tokens, rows = Tokenizer(), []
    states, empty = [clip.hidden(tokens([prompt])) for prompt in prompts], clip.hidden(tokens(['']))

    def paint(suffix):
        names = []
        for k, state in enumerate(states):
            noise = torch.from_numpy(philox_normal(4 * 16 * 16, 1000 + k)).view(1, 4, 16, 16)
            latent = sample(unet, state, empty, args.steps, args.cfg, noise=noise, exact=True)
            picture = tae.decoder(latent).clamp(0, 1)[0].permute(1, 2, 0)
            names.append(f'{k:02}{suffix}.png')
            Image.fromarray((picture.numpy() * 255).round().astype(np.uint8)).save(os.path.join(args.out, names[-1]))
        print(f'{len(names)} pictures{suffix}', flush=True)
        return names

    exported = paint('')
    load_stored(unet, read_gguf(args.bundle))
    stored = paint('-stored')
    for k, prompt in enumerate(prompts):
        rows.append(
            {'file': exported[k], 'stored': stored[k], 'prompt': prompt, 'seed': 1000 + k, 'steps': args.steps, 'cfgScale': args.cfg}
        )
    write_json(os.path.join(args.out, 'parity.json'), rows, indent=1)


if __name__ == '__main__':
    main()
