"""Trains the judge of bench/curation: a small convolutional network that names the concept and the style of a picture.

    judge.py --tools <folder> --data <folder> --vocabulary models/vocab.json --out bench/curation/judge.safetensors --minutes 30 [--seed n]

It shares only the sprites with the bundled CLIP: it has another objective (classification), another architecture, another seed, and newly
composed pictures. <tools> holds data.py of the bundled model's training, <data> its sprites.bin and sprites.json. The style and concept
pairs held out from the painter and its CLIP are held out here too; the accuracy on them is stored in the file.
"""
import argparse
import json
import sys
import time

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

EDGE = 64
# (channels, stride) of the 3x3 convolutions. judge.ts reads the channels from the file and has its own copy of the strides.
LAYERS = [(24, 2), (48, 2), (64, 1), (96, 2), (96, 1), (144, 2)]


class Judge(nn.Module):
    def __init__(self, concepts, styles):
        super().__init__()
        layers, channels = [], 3
        for width, stride in LAYERS:
            layers.append(nn.Sequential(nn.Conv2d(channels, width, 3, stride, 1, bias=False), nn.BatchNorm2d(width), nn.ReLU()))
            channels = width
        self.layers = nn.ModuleList(layers)
        self.concept, self.style = nn.Linear(channels, concepts), nn.Linear(channels, styles)

    def forward(self, x):
        x = x * 2 - 1
        for layer in self.layers:
            x = layer(x)
        x = x.mean((2, 3))
        return self.concept(x), self.style(x)


def pool(sprites, ids, count, rng):
    """-> uint8 count x 3 x 64 x 64, and the sprite of each"""
    pictures = np.empty((count, 3, EDGE, EDGE), np.uint8)
    chosen = ids[rng.integers(0, len(ids), count)]
    for k, i in enumerate(chosen):
        x = torch.from_numpy(sprites.compose(int(i), rng)[0]).permute(2, 0, 1)[None].float()
        pictures[k] = F.interpolate(x, size=(EDGE, EDGE), mode='area')[0].round().byte().numpy()
        if k % 4000 == 0:
            print('composed', k, flush=True)
    return torch.from_numpy(pictures), chosen


def augment(x):
    """Slight shifts, flips, blur and recolouring: painted pictures are softer and less exact than rendered ones."""
    n = len(x)
    angle, zoom = (torch.rand(n) - .5) * .5, torch.empty(n).uniform_(.8, 1.2)
    flip = torch.where(torch.rand(n) < .5, -1., 1.)
    theta = torch.stack([torch.stack([zoom * angle.cos() * flip, -zoom * angle.sin(), (torch.rand(n) - .5) * .25], 1),
                         torch.stack([zoom * angle.sin() * flip, zoom * angle.cos(), (torch.rand(n) - .5) * .25], 1)], 1)
    x = F.grid_sample(x, F.affine_grid(theta, x.shape, align_corners=False), padding_mode='border', align_corners=False)
    blur = F.avg_pool2d(F.pad(x, (1, 1, 1, 1), mode='replicate'), 3, 1)
    x = torch.lerp(x, blur, torch.rand(n, 1, 1, 1))
    x = x * torch.empty(n, 3, 1, 1).uniform_(.9, 1.1) + torch.randn_like(x) * torch.rand(n, 1, 1, 1) * .04
    return x.clamp(0, 1)


def accuracy(model, pictures, concepts, styles):
    model.eval()
    with torch.no_grad():
        out = [model(chunk.float() / 255) for chunk in pictures.split(128)]
    model.train()
    concept, style = torch.cat([a for a, _ in out]), torch.cat([b for _, b in out])
    return float((concept.argmax(1) == concepts).float().mean()), float((style.argmax(1) == styles).float().mean())


def folded(model):
    """Tensors with each batch norm merged into its convolution."""
    tensors = {}
    for k, (conv, norm, _) in enumerate(model.layers):
        scale = norm.weight / (norm.running_var + norm.eps).sqrt()
        tensors[f'layers.{k}.weight'] = conv.weight * scale[:, None, None, None]
        tensors[f'layers.{k}.bias'] = norm.bias - norm.running_mean * scale
    for head in ('concept', 'style'):
        tensors[f'{head}.weight'], tensors[f'{head}.bias'] = getattr(model, head).weight, getattr(model, head).bias
    return {name: tensor.detach().half().contiguous() for name, tensor in tensors.items()}


def main():
    p = argparse.ArgumentParser()
    p.add_argument('--tools', required=True)
    p.add_argument('--data', required=True)
    p.add_argument('--vocabulary', required=True)
    p.add_argument('--out', required=True)
    p.add_argument('--minutes', type=float, default=12)
    p.add_argument('--count', type=int, default=16000)
    p.add_argument('--seed', type=int, default=20261125)
    p.add_argument('--threads', type=int, default=1)
    a = p.parse_args()
    sys.path.insert(0, a.tools)
    from data import STYLES, Sprites
    from safetensors.torch import save_file
    torch.manual_seed(a.seed)
    torch.set_num_threads(a.threads)
    rng = np.random.default_rng(a.seed)
    vocabulary = json.load(open(a.vocabulary))
    concepts = vocabulary['core']
    styles = [v['phrases'][0] for v in vocabulary['styles'].values()]
    sprites = Sprites(a.data)
    label = {i: (concepts.index(r['label']), styles.index(STYLES[r['set']][0])) for i, r in enumerate(sprites.rows) if r['label'] in concepts}
    held = np.array(sorted(i for i in label if i in sprites.holdout))
    train = np.array(sorted(i for i in label if i not in sprites.holdout))
    print(len(concepts), 'concepts,', len(train), 'sprites,', len(held), 'held out', flush=True)
    pictures, chosen = pool(sprites, train, a.count, rng)
    concept_of = torch.tensor([label[int(i)][0] for i in chosen])
    style_of = torch.tensor([label[int(i)][1] for i in chosen])
    test, tested = pool(sprites, held, 1000, rng)
    test_concept, test_style = (torch.tensor([label[int(i)][k] for i in tested]) for k in (0, 1))
    model = Judge(len(concepts), len(styles)).to(memory_format=torch.channels_last)
    print(sum(x.numel() for x in model.parameters()) / 1e3, 'k parameters', flush=True)
    opt = torch.optim.AdamW(model.parameters(), 3e-3, weight_decay=.05)
    start, last, step, run = time.time(), time.time(), 0, []
    while (share := (time.time() - start) / (a.minutes * 60)) < 1:
        for group in opt.param_groups:
            group['lr'] = 3e-3 * min(1, (step + 1) / 100) * (.01 + .99 * .5 * (1 + np.cos(np.pi * share)))
        pick = torch.randint(0, len(pictures), (96,))
        x = augment(pictures[pick].float() / 255).contiguous(memory_format=torch.channels_last)
        with torch.autocast('cpu', dtype=torch.bfloat16):
            concept, style = model(x)
        loss = F.cross_entropy(concept.float(), concept_of[pick], label_smoothing=.1) + .5 * F.cross_entropy(style.float(), style_of[pick])
        opt.zero_grad(set_to_none=True)
        loss.backward()
        opt.step()
        step += 1
        run.append(loss.item())
        if time.time() - last > 60:
            last = time.time()
            print(f'step {step} loss {np.mean(run[-50:]):.3f} held-out {accuracy(model, test, test_concept, test_style)}', flush=True)
    on_concept, on_style = accuracy(model, test, test_concept, test_style)
    print(f'{step} steps; held-out pairs: concept {on_concept:.3f}, style {on_style:.3f}')
    save_file(folded(model), a.out, metadata={'concepts': json.dumps(concepts), 'styles': json.dumps(styles), 'steps': str(step), 'seed': str(a.seed),
                                              'heldOutConcept': f'{on_concept:.4f}', 'heldOutStyle': f'{on_style:.4f}'})


if __name__ == '__main__':
    main()
