"""The list of concepts, and what else they are called."""

import json
import os

from .state import HERE


def read_words():
    """aliases and adjectives by label, extra: concepts seen less often than the core."""
    with open(os.path.join(HERE, 'concepts.json')) as file:
        return json.load(file)


def read_core():
    """The concepts that are drawn most: what vocab.json calls core."""
    with open(os.path.join(HERE, 'core.txt')) as file:
        return [line.strip() for line in file if line.strip()]


def read_concepts(sprites):
    """Core first, then those of the others that there are sprites of."""
    names = {row['label'] for row in sprites.rows}
    return read_core() + [label for label in read_words()['extra'] if label in names]
