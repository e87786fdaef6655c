"""State on disk, written atomically, so that a killed run continues from its last save."""

import json
import os
import time

import torch

HERE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


CONFIG = os.path.join(HERE, 'config.json')


def load_config(path=CONFIG, size='cpu'):
    """The settings of all steps; `sizes.<size>` overrides them."""
    with open(path) as file:
        config = json.load(file)
    sizes = config.pop('sizes')
    if size not in sizes:
        raise SystemExit(f'--size: expected one of {", ".join(sizes)}, got {size}')
    for step, values in sizes[size].items():
        config[step] = {**config.get(step, {}), **values}
    return config


def save(path, state):
    torch.save(state, path + '.part')
    os.replace(path + '.part', path)


def load(path, device='cpu'):
    """The saved state, or None."""
    return torch.load(path, map_location=device) if os.path.exists(path) else None


def read_json(path):
    with open(path) as file:
        return json.load(file)


def write_json(path, value, **options):
    with open(path + '.part', 'w') as file:
        json.dump(value, file, ensure_ascii=False, **options)
    os.replace(path + '.part', path)


class Clock:
    """Minutes of a run over all its restarts; its schedules depend on them. On a CPU they are minutes of this process's CPU time, so that
    a busy machine makes a run longer, not worse; on a GPU they are wall time."""

    def __init__(self, minutes, spent=0.0, device='cpu'):
        self.minutes, self.before = minutes, spent
        self._now = time.process_time if device == 'cpu' else time.time
        self.start, self._marks = self._now(), {}

    @property
    def spent(self):
        return self.before + (self._now() - self.start) / 60

    @property
    def share(self):
        return min(1.0, self.spent / self.minutes)

    def every(self, name, seconds):
        """True once per interval of wall time, in seconds."""
        now = time.time()
        if now - self._marks.setdefault(name, now) < seconds:
            return False
        self._marks[name] = now
        return True
