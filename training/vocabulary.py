"""Writes vocab.json: what the model can paint, in the words of its training captions.

    python vocabulary.py --work work --data data --out out/vocab.json

`create` uses it to tell whether a prompt is within the model's domain, and bench/ draws its prompts from it. styles, backgrounds, core and concepts
are the tables of mini/styles.py and the concept lists; scenes are the nouns of the drawn pictures; words are all other words of the captions.
"""

import argparse
import json
import os
import re
from collections import Counter, defaultdict

from mini.sprites import Sprites
from mini.state import load_config, write_json
from mini.styles import COLORS, SCENES, STYLES
from mini.words import read_concepts, read_core

# Phrases that scenes.mjs adds after a noun. The nouns of the kinds in WHOLE already contain such words.
TIMES = ['at sunset', 'in the evening', 'at night', 'under the stars', 'in the snow', 'in winter']
WHERE = re.compile(rf'( {"| ".join(TIMES)}|, [a-z]+ background)$')
WHOLE = {'sky'}


def nouns_of(rows, most=24):
    """kind -> its most common nouns, most common first: captions without style and place."""
    found = defaultdict(Counter)
    phrases = [phrase for names in STYLES.values() for phrase in names]
    for row in rows:
        for caption in row['captions']:
            for phrase in phrases:
                caption = caption.removeprefix(f'{phrase} of ').removesuffix(f', {phrase}')
            found[row['kind']][caption if row['kind'] in WHOLE else WHERE.sub('', caption)] += 1
    return {kind: [noun for noun, _ in counts.most_common(most)] for kind, counts in sorted(found.items())}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--work', default='work')
    parser.add_argument('--data', default='data')
    parser.add_argument('--out', default='out/vocab.json')
    parser.add_argument('--size', default='cpu')
    args = parser.parse_args()
    sprites = Sprites(args.data)
    captions, scenes = set(), {}
    for name in ('pool-sprites', 'pool-scenes'):
        with open(os.path.join(args.work, name + '.json')) as file:
            rows = json.load(file)
        captions.update(caption for row in rows for caption in row['captions'])
        scenes |= nouns_of([row for row in rows if 'kind' in row])
    concepts, wanted = defaultdict(list), set(read_concepts(sprites))
    for row in sprites.rows:
        if row['label'] in wanted and row['label'] not in concepts[row['group']]:
            concepts[row['group']].append(row['label'])
    copies = load_config(size=args.size)['dataset']['copies']
    total = sum(copies.values())
    vocabulary = {
        'styles': {name: {'phrases': STYLES[name], 'weight': round(7 * count / total, 2)} for name, count in copies.items()},
        'backgrounds': {
            'scenes': SCENES,
            'colors': list(COLORS),
            'color_phrases': ['{color} background', 'on a {color} background'],
            'white': ['white background', ''],
        },
        'core': read_core(),
        'concepts': concepts,
        'scenes': scenes,
        'times': TIMES,
        'words': sorted({word for caption in captions for word in re.findall(r"[a-z0-9']+", caption)}),
    }
    write_json(args.out, vocabulary, indent=1)
    print(
        f'{len(captions)} captions, {len(vocabulary["words"])} words, {sum(map(len, concepts.values()))} concepts, {len(scenes)} kinds of scenes'
    )


if __name__ == '__main__':
    main()
