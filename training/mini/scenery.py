"""Pictures for the CLIP image tower and for scorers, composed during training: small sprites on small backgrounds, all as tensors."""

import numpy as np
import torch
import torch.nn.functional as F

from .backgrounds import background
from .styles import COLORS, INK, SCENES, STYLES

STYLE_NAMES = list(dict.fromkeys(phrases[0] for phrases in STYLES.values()))
BACKGROUNDS = ['', *COLORS, *SCENES]
# Height of the subject in a scene, as in compose.py.
HEIGHTS = {'space': 0.5, 'underwater': 0.5, 'night': 0.54}


def reduced(pixels, edge):
    """N x 128 x 128 x C uint8 -> N x C x edge x edge, area means; colours of sprites are multiplied by their alpha."""
    x = torch.from_numpy(np.ascontiguousarray(pixels)).permute(0, 3, 1, 2).float()
    if x.shape[1] == 4:
        alpha = x[:, 3:] / 255
        x = torch.cat([x[:, :3] * alpha, x[:, 3:]], 1)
    return F.interpolate(x, size=(edge, edge), mode='area').round().byte()


class Scenery:
    """Sprites of some concepts, without the held-out ones (or only those), and backgrounds of every kind."""

    def __init__(self, sprites, concepts, held_out=False, variants=16, seed=11, edge=64):
        rng = np.random.default_rng(seed)
        place = {label: k for k, label in enumerate(concepts)}
        self.ids = [
            i
            for i, row in enumerate(sprites.rows)
            if row['label'] in place and row['set'] != 'emojione-monotone' and (i in sprites.holdout) == held_out
        ]
        self.pixels = torch.cat([reduced(sprites.pixels[part], edge) for part in np.array_split(self.ids, max(1, len(self.ids) // 64))])
        rows = [sprites.rows[i] for i in self.ids]
        self.concept = torch.tensor([place[row['label']] for row in rows])
        self.style = torch.tensor([STYLE_NAMES.index(STYLES[row['set']][0]) for row in rows])
        self.ink = torch.tensor([row['set'] in INK for row in rows])
        # Every concept is equally frequent, however many styles it has.
        counts = torch.bincount(self.concept, minlength=len(concepts)).float()
        self.chance = 1 / counts[self.concept]
        scenes = [
            reduced(np.stack([background(name, sprites.size, rng).clip(0, 255).astype(np.uint8) for _ in range(variants)]), edge)
            for name in SCENES
        ]
        self.scenes = torch.stack(scenes)  # scene x variant x 3 x edge x edge
        self.colors = torch.tensor(list(COLORS.values())).float() / 255

    def draw(self, count, generator, groups=None):
        """-> count x 3 x edge x edge in 0..1, place of the sprite, place of the background in BACKGROUNDS

        groups: pictures of a group share style and kind of background, and differ only in the concept.
        """

        def uniform(low, high, n=count):
            return low + (high - low) * torch.rand(n, generator=generator)

        def shared(values):
            return values if groups is None else values[:groups].repeat_interleave(-(-count // groups))[:count]

        pick = torch.multinomial(self.chance, count, replacement=True, generator=generator)
        if groups is not None:
            for style_of, part in zip(self.style[pick[:groups]], torch.arange(count).tensor_split(groups), strict=True):
                pick[part] = torch.multinomial(self.chance * (self.style == style_of), len(part), replacement=True, generator=generator)
        u = shared(torch.rand(count, generator=generator))
        ink = self.ink[pick]
        white = u < torch.where(ink, 0.6, 0.36)
        colored = ~white & (u < torch.where(ink, 0.85, 0.54))
        color = shared(torch.randint(len(COLORS), (count,), generator=generator))
        scene = shared(torch.randint(len(SCENES), (count,), generator=generator))
        variant = torch.randint(self.scenes.shape[1], (count,), generator=generator)
        behind = self.scenes[scene, variant].float() / 255
        tint = (self.colors[color] + uniform(-0.03, 0.03)[:, None]).clamp(0, 1)
        behind = torch.where(
            white[:, None, None, None], torch.ones(()), torch.where(colored[:, None, None, None], tint[:, :, None, None], behind)
        )
        at = torch.where(white, 0, torch.where(colored, 1 + color, 1 + len(COLORS) + scene))
        plain = white | colored
        scale = torch.where(plain, uniform(0.76, 0.94), uniform(0.6, 0.76))
        heights = torch.tensor([HEIGHTS.get(name, 0.6) for name in SCENES])[scene]
        x, y = uniform(-0.05, 0.05), torch.where(plain, torch.zeros(()), 2 * heights - 1) + uniform(-0.04, 0.04)
        angle = uniform(-0.15, 0.15)
        flip = torch.where(torch.rand(count, generator=generator) < 0.5, -1.0, 1.0)
        cos, sin = angle.cos() / scale, angle.sin() / scale
        theta = torch.stack([torch.stack([cos * flip, -sin, -x / scale * flip], 1), torch.stack([sin * flip, cos, -y / scale], 1)], 1)
        sprite = self.pixels[pick].float() / 255
        sprite = F.grid_sample(sprite, F.affine_grid(theta, sprite.shape, align_corners=False), align_corners=False)
        return (behind * (1 - sprite[:, 3:]) + sprite[:, :3]).clamp(0, 1), pick, at


def augment(x, generator, bent=1.0):
    """Imitates how painted pictures differ from rendered ones: softer, less exact in colour and shape, with parts that fail. bent: how much
    of it; little leaves a picture as good as it was."""
    n = len(x)

    def chance(*shape):
        return torch.rand(*shape, generator=generator)

    angle, zoom = (chance(n) - 0.5) * 0.3 * bent, 1 + (0.3 * chance(n) - 0.15) * bent
    theta = torch.stack(
        [
            torch.stack([zoom * angle.cos(), -zoom * angle.sin(), (chance(n) - 0.5) * 0.2 * bent], 1),
            torch.stack([zoom * angle.sin(), zoom * angle.cos(), (chance(n) - 0.5) * 0.2 * bent], 1),
        ],
        1,
    )
    grid = F.affine_grid(theta, x.shape, align_corners=False)
    # A smooth random field bends the shapes.
    bend = F.interpolate(torch.randn(n, 2, 5, 5, generator=generator), size=x.shape[2:], mode='bicubic', align_corners=False)
    grid = grid + bend.permute(0, 2, 3, 1) * 0.05 * bent * chance(n, 1, 1, 1)
    x = F.grid_sample(x, grid, padding_mode='border', align_corners=False)
    blur = F.avg_pool2d(F.pad(x, (1, 1, 1, 1), mode='replicate'), 3, 1)
    soft = F.interpolate(F.avg_pool2d(x, 4), size=x.shape[2:], mode='bilinear', align_corners=False)
    x = torch.where(
        chance(n, 1, 1, 1) < 0.3, torch.lerp(x, soft, bent * chance(n, 1, 1, 1)), torch.lerp(x, blur, bent * chance(n, 1, 1, 1))
    )
    x = x * (0.9 + 0.2 * chance(n, 3, 1, 1)) + (chance(n, 1, 1, 1) - 0.5) * 0.1
    return (x + torch.randn(x.shape, generator=generator) * chance(n, 1, 1, 1) * 0.04).clamp(0, 1)


def spoil(x, generator):
    """Roughly the same colours in the same places, but hardly the subject: a failed painting."""
    n = len(x)
    grid = F.affine_grid(torch.eye(2, 3).repeat(n, 1, 1), x.shape, align_corners=False)
    bend = F.interpolate(torch.randn(n, 2, 7, 7, generator=generator), size=x.shape[2:], mode='bicubic', align_corners=False)
    strength = 0.12 + 0.2 * torch.rand(n, 1, 1, 1, generator=generator)
    x = F.grid_sample(x, grid + bend.permute(0, 2, 3, 1) * strength, padding_mode='border', align_corners=False)
    soft = F.interpolate(F.avg_pool2d(x, 8), size=x.shape[2:], mode='bilinear', align_corners=False)
    return torch.lerp(x, soft, 0.5 * torch.rand(n, 1, 1, 1, generator=generator))
