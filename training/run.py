"""Runs all steps of the training in order. Finished steps are skipped; a killed step continues.

    python run.py [--size cpu] [--data data] [--work work] [--out out] [--from STEP] [--list]

Marks of finished steps: <work>/done/<step>. --from repeats a step and all after it (delete a step's files to start it from scratch).
"""

import argparse
import os
import subprocess
import sys

from mini.state import HERE, load_config


def steps(args, scenes):
    """name, command"""
    data, work, out, size = args.data, args.work, args.out, ['--size', args.size]
    python = [sys.executable]
    here, models = ['--data', data, '--work', work], os.path.join(HERE, '../models')
    return [
        ('render', ['node', 'render.mjs', '--modules', 'node_modules', '--out', data]),
        ('scenes', ['node', 'scenes.mjs', str(scenes), os.path.join(work, 'pool-scenes')]),
        ('dataset', [*python, 'dataset.py', *here, *size]),
        ('autoencoder', [*python, 'autoencoder.py', '--work', work, *size]),
        ('latents', [*python, 'states.py', 'latents', '--work', work]),
        ('contrast', [*python, 'text_tower.py', 'contrast', *here, *size]),
        ('text', [*python, 'text_tower.py', 'rebuild', *here, *size]),
        ('states', [*python, 'states.py', 'text', '--work', work]),
        ('unet', [*python, 'unet.py', '--work', work, *size]),
        ('redraw', [*python, 'redraw.py', '--work', work, *size]),
        ('polish', [*python, 'polish.py', '--work', work, *size]),
        ('paint', [*python, 'paint.py', *here, *size]),
        ('teachers', [*python, 'teachers.py', 'train', *here, *size]),
        ('labels', [*python, 'teachers.py', 'label', *here]),
        ('clip', [*python, 'clip_image.py', *here, *size]),
        ('weigh', [*python, 'weigh.py', '--work', work, *size]),
        ('export', [*python, 'export.py', '--work', work, '--out', out]),
        ('vocabulary', [*python, 'vocabulary.py', *here, '--out', os.path.join(out, 'vocab.json')]),
        (
            'wordings',
            [
                'node',
                'wordings.mjs',
                '--modules',
                'node_modules',
                '--vocabulary',
                os.path.join(out, 'vocab.json'),
                '--out',
                os.path.join(out, 'wordings.json'),
            ],
        ),
        ('notice', [*python, 'notice.py', '--data', data, '--notice', os.path.join(models, 'NOTICE.md')]),
    ]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--size', default='cpu', choices=['cpu', 'gpu', 'smoke'])
    parser.add_argument('--data', default='data')
    parser.add_argument('--work', default='work')
    parser.add_argument('--out', default='out')
    parser.add_argument('--from', dest='first')
    parser.add_argument('--list', action='store_true', help='only print the steps')
    args = parser.parse_args()
    os.chdir(HERE)
    plan = steps(args, load_config(size=args.size)['scenes']['count'])
    names = [name for name, _ in plan]
    if args.first is not None and args.first not in names:
        raise SystemExit(f'--from: expected one of {", ".join(names)}, got {args.first}')
    done = os.path.join(args.work, 'done')
    if not args.list:
        for folder in (args.data, args.out, done):
            os.makedirs(folder, exist_ok=True)
    again = False
    for name, command in plan:
        again = again or name == args.first
        mark = os.path.join(done, name)
        if args.list:
            print(f'{name:12} {" ".join(command)}')
        elif again or not os.path.exists(mark):
            print(f'== {name}', flush=True)
            subprocess.run(command, check=True)
            with open(mark, 'w'):
                pass


if __name__ == '__main__':
    main()
