"""Procedural backgrounds, drawn by our own code without pictures of others."""

import numpy as np


def gradient(top, bottom, n):
    t = np.linspace(0, 1, n, dtype=np.float32)[:, None, None]
    img = np.array(top, np.float32) * (1 - t) + np.array(bottom, np.float32) * t
    return np.broadcast_to(img, (n, n, 3)).copy()


def field(n):
    return np.mgrid[0:n, 0:n].astype(np.float32) / n


def hills(img, rng, base, amp, color, freq=(3, 6)):
    n = img.shape[0]
    x = np.arange(n) / n
    img[np.arange(n)[:, None] / n >= (base + amp * np.sin(x * rng.uniform(*freq) + rng.uniform(0, 6)))[None]] = color


def disc(img, cx, cy, r, color):
    yy, xx = field(img.shape[0])
    img[(xx - cx) ** 2 + (yy - cy) ** 2 < r * r] = color


def dots(img, rng, count, color, top=0.0, bottom=1.0, r=0.008):
    for _ in range(count):
        disc(img, rng.uniform(0, 1), rng.uniform(top, bottom), rng.uniform(r * 0.6, r * 1.4), color)


def pine(img, cx, base, h, color):
    yy, xx = field(img.shape[0])
    for k in range(3):
        top, low, w = base - h * (1 - 0.25 * k), base - h * (0.55 - 0.25 * k), h * (0.2 + 0.09 * k)
        img[(yy >= top) & (yy < low) & (np.abs(xx - cx) < w * (yy - top) / (low - top))] = color


def background(name, n, rng):
    """Draws a scene at twice the size, so that its edges are smooth after halving."""
    m = 2 * n
    if name == 'meadow':
        img = gradient((150, 205, 245), (215, 238, 250), m)
        hills(img, rng, 0.62, 0.04, (140, 200, 100))
        hills(img, rng, 0.76, 0.03, (110, 180, 80))
    elif name == 'night':
        img = gradient((18, 22, 60), (50, 60, 120), m)
        dots(img, rng, 22, (250, 245, 210), 0, 0.75)
        disc(img, rng.choice([0.15, 0.85]), 0.16, 0.08, (250, 240, 200))
        hills(img, rng, 0.85, 0.03, (20, 35, 50))
    elif name == 'sea':
        img = gradient((160, 215, 250), (225, 243, 252), m)
        img[int(m * 0.62) :] = gradient((60, 150, 205), (30, 100, 165), m)[: m - int(m * 0.62)]
        for k in range(4):
            y, x0 = int(m * (0.68 + 0.08 * k)), int(rng.uniform(0, 0.7) * m)
            img[y : y + 4, x0 : x0 + m // 5] = (150, 205, 235)
    elif name == 'snow':
        img = gradient((170, 195, 225), (222, 232, 245), m)
        hills(img, rng, 0.7, 0.04, (245, 248, 252))
        dots(img, rng, 20, (255, 255, 255), 0, 0.7, 0.012)
    elif name == 'sunset':
        img = gradient((120, 70, 140), (255, 170, 90), m)
        disc(img, rng.uniform(0.25, 0.75), 0.6, 0.13, (255, 225, 130))
        hills(img, rng, 0.75, 0.03, (90, 50, 90))
    elif name == 'desert':
        img = gradient((135, 195, 235), (250, 230, 190), m)
        disc(img, rng.choice([0.15, 0.85]), 0.15, 0.07, (255, 240, 150))
        hills(img, rng, 0.65, 0.05, (232, 190, 120))
        hills(img, rng, 0.8, 0.03, (215, 165, 95))
    elif name == 'space':
        img = gradient((12, 8, 30), (30, 14, 52), m)
        dots(img, rng, 30, (240, 240, 255), 0, 1, 0.007)
        disc(img, rng.choice([0.14, 0.86]), rng.choice([0.16, 0.84]), 0.09, (200, 120, 90))
    elif name == 'underwater':
        img = gradient((80, 190, 220), (10, 70, 130), m)
        dots(img, rng, 10, (170, 225, 240), 0, 0.9, 0.016)
        hills(img, rng, 0.88, 0.02, (200, 180, 130))
    elif name == 'forest':
        img = gradient((190, 225, 200), (225, 240, 215), m)
        for x in np.linspace(0.03, 0.97, 8):
            pine(img, x + rng.uniform(-0.02, 0.02), 0.72, rng.uniform(0.42, 0.6), (86, 150, 110))
        hills(img, rng, 0.7, 0.02, (120, 175, 90))
        for x in (0.06, 0.94):
            pine(img, x, 0.86, rng.uniform(0.6, 0.75), (40, 110, 75))
    elif name == 'mountains':
        img = gradient((140, 195, 240), (225, 240, 250), m)
        yy, xx = field(m)
        for cx, h, w, c in ((rng.uniform(0.15, 0.35), 0.5, 0.42, (125, 140, 165)), (rng.uniform(0.65, 0.85), 0.58, 0.46, (105, 120, 150))):
            inside = (yy > 0.72 - h + h * np.abs(xx - cx) / w) & (yy < 0.75)
            img[inside] = c
            img[inside & (yy < 0.72 - h * 0.72)] = (245, 248, 252)
        hills(img, rng, 0.7, 0.02, (120, 180, 95))
    elif name == 'city':
        img = gradient((170, 205, 235), (235, 240, 245), m)
        x = 0.0
        while x < 1:
            w, h = rng.uniform(0.09, 0.15), rng.uniform(0.25, 0.55)
            c = (120, 140, 170) if rng.random() < 0.5 else (145, 160, 185)
            img[int(m * (0.78 - h)) : int(m * 0.78), int(m * x) : int(m * (x + w))] = c
            for wy in np.arange(0.78 - h + 0.03, 0.75, 0.06):
                for wx in np.arange(x + 0.02, x + w - 0.02, 0.04):
                    img[int(m * wy) : int(m * (wy + 0.025)), int(m * wx) : int(m * (wx + 0.018))] = (235, 225, 170)
            x += w
        img[int(m * 0.78) :] = (130, 132, 138)
    else:  # beach
        img = gradient((120, 200, 245), (220, 242, 252), m)
        img[int(m * 0.5) :] = (60, 165, 205)
        hills(img, rng, 0.66, 0.03, (245, 225, 170), (2, 4))
    return img.reshape(n, 2, n, 2, 3).mean((1, 3))
