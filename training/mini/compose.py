"""Sprites on backgrounds."""

import numpy as np
import torch
import torch.nn.functional as F

from .backgrounds import background
from .styles import COLORS, INK, SCENES

WATER = {
    'fish',
    'tropical fish',
    'blowfish',
    'shark',
    'dolphin',
    'whale',
    'spouting whale',
    'octopus',
    'crab',
    'turtle',
    'squid',
    'shrimp',
    'spiral shell',
}
SHIPS = {'sailboat', 'ship', 'passenger ship', 'canoe', 'duck', 'swan'}
SKY = {
    'rocket',
    'flying saucer',
    'airplane',
    'helicopter',
    'bird',
    'eagle',
    'bat',
    'owl',
    'dove',
    'butterfly',
    'honeybee',
    'balloon',
    'star',
    'crescent moon',
    'full moon',
    'sun',
    'cloud',
    'comet',
    'alien',
    'robot',
}


def paste(bg, sprite, scale, cx, cy):
    n = bg.shape[0]
    k = int(round(n * scale / 2)) * 2
    a = sprite[..., 3:].astype(np.float32) / 255
    t = torch.from_numpy(np.concatenate([sprite[..., :3] * a, a], -1)).permute(2, 0, 1)[None]
    t = F.interpolate(t, size=(k, k), mode='bilinear', antialias=True, align_corners=False)[0].permute(1, 2, 0).numpy()
    x, y = (max(0, min(n - k, int(round(n * c - k / 2)))) for c in (cx, cy))
    bg[y : y + k, x : x + k] = bg[y : y + k, x : x + k] * (1 - t[..., 3:]) + t[..., :3]
    return bg.clip(0, 255).round().astype(np.uint8)


def draw_background(row, rng):
    label, u = row['label'], rng.random()
    if row['set'] in INK:
        return '' if u < 0.75 else rng.choice(list(COLORS))
    if u < 0.36:
        return ''
    if u < 0.54:
        return rng.choice(list(COLORS))
    if label in WATER and u < 0.75:
        return rng.choice(['underwater', 'sea', 'beach'])
    if label in SHIPS and u < 0.75:
        return 'sea'
    if label in SKY and u < 0.7:
        return rng.choice(['night', 'space', 'sunset'])
    return rng.choice(list(SCENES))


def compose(sprites, i, rng, bg=None):
    n, row = sprites.size, sprites.rows[i]
    bg = draw_background(row, rng) if bg is None else bg
    if bg in SCENES:
        cy = {'space': 0.5, 'underwater': 0.5, 'night': 0.54}.get(bg, 0.6)
        return paste(background(bg, n, rng), sprites.pixels[i], rng.uniform(0.62, 0.72), 0.5 + rng.uniform(-0.015, 0.015), cy), bg
    if bg in COLORS:
        c = np.clip(np.array(COLORS[bg], np.float32) + rng.uniform(-8, 8), 0, 255)
        return paste(np.broadcast_to(c, (n, n, 3)).copy(), sprites.pixels[i], rng.uniform(0.78, 0.86), 0.5, 0.5), bg
    return paste(np.full((n, n, 3), 255, np.float32), sprites.pixels[i], rng.uniform(0.86, 0.93), 0.5, 0.5), bg
