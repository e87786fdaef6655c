"""Pictures by PyTorch, in float32, from the engine's own start noise: what `npm run eval:model -- --parity <folder>` compares with.

    python parity.py --model out --out parity [--prompts ../bench/model/prompts.txt] [--count 4]

The exported F16 weights are used, where the package has the UNet's as Q8_0: the difference is part of what is measured.
"""

import argparse
import os

import numpy as np
import torch
from PIL import Image

from mini.exported import read_exported
from mini.noise import philox_normal
from mini.sampling import sample
from mini.state import write_json
from mini.tokenizer import Tokenizer


@torch.no_grad()
def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--model', default='out')
    parser.add_argument('--out', default='parity')
    parser.add_argument('--prompts', default='../bench/model/prompts.txt')
    parser.add_argument('--count', type=int, default=4)
    parser.add_argument('--steps', type=int, default=20)
    parser.add_argument('--cfg', type=float, default=5.0)
    args = parser.parse_args()
    torch.set_num_threads(1)
    clip, unet, tae = read_exported(args.model)
    with open(args.prompts) as file:
        prompts = [line.strip() for line in file if line.strip()][: args.count]
    os.makedirs(args.out, exist_ok=True)
    tokens, rows = Tokenizer(), []
    for k, prompt in enumerate(prompts):
        seed = 1000 + k
        noise = torch.from_numpy(philox_normal(4 * 16 * 16, seed)).view(1, 4, 16, 16)
        latent = sample(unet, clip.hidden(tokens([prompt])), clip.hidden(tokens([''])), args.steps, args.cfg, noise=noise, exact=True)
        picture = tae.decoder(latent).clamp(0, 1)[0].permute(1, 2, 0)
        name = f'{k:02}.png'
        Image.fromarray((picture.numpy() * 255).round().astype(np.uint8)).save(os.path.join(args.out, name))
        rows.append({'file': name, 'prompt': prompt, 'seed': seed, 'steps': args.steps, 'cfgScale': args.cfg})
        print(prompt, flush=True)
    write_json(os.path.join(args.out, 'parity.json'), rows, indent=1)


if __name__ == '__main__':
    main()
