"""Captions: {style} of {subject}{place} | {subject}{place}, {style} | {subject}{place} (the default style only)."""

import re

from .styles import COLORS, DEFAULT_SET, INK, SCENES, STYLES


def article(label):
    if re.match(r'^(the|a|an) ', label) or (label.endswith('s') and not label.endswith('ss')):
        return label
    return ('an ' if label[0] in 'aeiou' else 'a ') + label


def place(background, rng, plain=False):
    """The words of a background with their joining words; plain: its first phrase."""
    if background in SCENES:
        return ' ' + (SCENES[background][0] if plain else str(rng.choice(SCENES[background])))
    if background in COLORS:
        return f', {background} background' if plain or rng.random() < 0.5 else f' on a {background} background'
    return ', white background' if plain or rng.random() < 0.35 else ''


def caption(row, background, rng, words, plain=False):
    """One caption of a sprite on a background. words: aliases and adjectives by label (concepts.json). plain: only canonical words."""
    label, phrases = row['label'], STYLES[row['set']]
    style = phrases[0] if plain or rng.random() < 0.8 else phrases[1]
    subject = label
    if not plain:
        u = rng.random()
        if u < 0.38 and words['aliases'].get(label):
            subject = str(rng.choice(words['aliases'][label]))
        elif u > 0.84 and words['adjectives'].get(label) and row['set'] not in INK:
            subject = f'{rng.choice(words["adjectives"][label])} {label}'
    subject, where = article(subject), place(background, rng, plain)
    u = 0 if plain else rng.random()
    if row['set'] == DEFAULT_SET and u > 0.55:
        return f'{subject}{where}'
    return f'{style} of {subject}{where}' if u < 0.75 else f'{subject}{where}, {style}'
