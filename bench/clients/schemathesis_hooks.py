"""Hooks of schemathesis (SCHEMATHESIS_HOOKS): requests about things that exist, and a count of what was reached.

KNOWN_NAMES: a JSON file, values of parameters of paths by the pattern of the path before them. REACHED: where the counts go.
"""

import atexit
import json
import os
import random
from collections import Counter, defaultdict

import schemathesis

with open(os.environ["KNOWN_NAMES"], encoding="utf-8") as file:
    known = json.load(file)
chance = random.Random(1)
statuses = defaultdict(Counter)

# What may be removed is removed seldom, so that other requests find it. A run of training is not begun again: it would outlive the bench.
shares = {"DELETE": 0.2}
left = ("/resume", "/prolong")


@schemathesis.hook
def before_call(context, case, kwargs):
    path = case.operation.path
    # schemathesis takes ids out of replies, also that of the token it calls with: no request may revoke that one.
    always = path.startswith("/api/v1/tokens/")
    if not always and (path.endswith(left) or chance.random() > shares.get(case.method.upper(), 0.8)):
        return
    for name in list(case.path_parameters or {}):
        values = known.get(path.split("{" + name + "}")[0])
        if values:
            case.path_parameters[name] = chance.choice(values)


@schemathesis.hook
def after_call(context, case, response):
    statuses[case.operation.label][response.status_code] += 1


def write():
    with open(os.environ["REACHED"], "w", encoding="utf-8") as file:
        json.dump(statuses, file)


atexit.register(write)
