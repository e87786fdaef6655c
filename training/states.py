"""The inputs of the UNet's training: latents of the pictures and text states of their captions.

    python states.py latents --work work [--part 0/2]      # several processes may share the work; continues where it stopped
    python states.py text --work work

latents: <work>/<pool>.latents (float16, N x 4 x 16 x 16), and those of the mirrored pictures of some pools in <pool>.mirrored.latents. text:
<work>/text.npy (float16, M x 77 x hidden), captions.json (caption 0 is the empty one, for guidance) and pick.json (captions of each picture, by
pool). Words that the text tower does not know yet first get rows in its table: fixed random codes that are exact in 8 bits, like those of the
other words (text_tower.py). The rest of the tower does not change.
"""

import argparse
import os

import numpy as np
import torch

from mini.clip import CLIP
from mini.pools import NAMES, read_pictures, read_rows
from mini.state import load, load_config, save, write_json
from mini.tae import TAE
from mini.tokenizer import Tokenizer

# Words that people type but captions lack: the model knows them as words without a picture.
ALSO = ('a', 'the', 'of', 'painting', 'picture', 'photo', 'drawing', 'illustration', 'with', 'and', 'style', 'cute', 'beautiful')


@torch.no_grad()
def latents(work, mirrored, part, parts):
    tae = TAE()
    tae.load_state_dict(load(os.path.join(work, 'tae.pt'))['model'])
    encoder = tae.encoder.to(memory_format=torch.channels_last).eval()
    for name, flip in [(name, False) for name in NAMES] + [(name, True) for name in mirrored]:
        pool, path = read_pictures(work, name), os.path.join(work, name + ('.mirrored.latents' if flip else '.latents'))
        shape = (len(pool), 4, 16, 16)
        if not os.path.exists(path):
            np.memmap(path, np.float16, 'w+', shape=shape).flush()
        out = np.memmap(path, np.float16, 'r+', shape=shape)
        low, high = len(pool) * part // parts, len(pool) * (part + 1) // parts
        for k in range(low, high, 16):
            if np.any(out[min(k + 15, high - 1)]):
                continue
            pictures = pool[k : min(k + 16, high)]
            x = torch.from_numpy((pictures[:, :, ::-1] if flip else pictures).copy()).permute(0, 3, 1, 2).float().div(255)
            with torch.autocast('cpu', dtype=torch.bfloat16):
                out[k : k + len(x)] = encoder(x.contiguous(memory_format=torch.channels_last)).float().numpy().astype(np.float16)
            if (k - low) % 1600 == 0:
                print(name, 'mirrored' if flip else '', k, 'of', high, flush=True)
        out.flush()


def with_rows(state, wanted, seed):
    """The tower with rows for additional token ids."""
    known = state['token_ids']
    new = sorted(set(wanted) - set(known))
    name = 'text_model.embeddings.token_embedding.weight'
    generator = torch.Generator().manual_seed(seed)
    codes = torch.randn(len(new), state['config']['hidden'], generator=generator).to(torch.float8_e4m3fn).float()
    ids = known + new
    order = sorted(range(len(ids)), key=ids.__getitem__)
    table = torch.cat([state['model'][name], codes])[order]
    print(len(known), 'rows known,', len(new), 'new', flush=True)
    return {**state, 'model': {**state['model'], name: table}, 'token_ids': [ids[k] for k in order]}


@torch.no_grad()
def text(work, seed):
    tokens, index = Tokenizer(), {'': 0}
    pick = {name: [[index.setdefault(c, len(index)) for c in row['captions']] for row in read_rows(work, name)] for name in NAMES}
    captions = list(index)
    wanted = {token for caption in [*captions, *ALSO] for token in tokens.ids(caption)}
    state = with_rows(load(os.path.join(work, 'text.pt')), wanted, seed)
    save(os.path.join(work, 'text.pt'), state)
    model = CLIP(state['token_ids'], state['config'])
    model.load_state_dict(state['model'])
    path = os.path.join(work, 'text.npy')
    out = np.lib.format.open_memmap(path + '.part', 'w+', np.float16, (len(captions), 77, state['config']['hidden']))
    for k in range(0, len(captions), 128):
        out[k : k + 128] = model.hidden(tokens(captions[k : k + 128])).numpy()
        if k % 6400 == 0:
            print('captions', k, 'of', len(captions), flush=True)
    out.flush()
    os.replace(path + '.part', path)
    write_json(os.path.join(work, 'captions.json'), captions)
    write_json(os.path.join(work, 'pick.json'), pick)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('what', choices=['latents', 'text'])
    parser.add_argument('--work', default='work')
    parser.add_argument('--part', default='0/1', help='i/n: which share of the latents')
    args = parser.parse_args()
    torch.set_num_threads(1)
    if args.what == 'latents':
        latents(args.work, load_config()['unet']['mirrored'], *map(int, args.part.split('/')))
    else:
        text(args.work, load_config()['text_tower']['row_seed'])


if __name__ == '__main__':
    main()
