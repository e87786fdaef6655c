"""Muon (Jordan et al., 2024) for matrices: momentum, then the nearest orthogonal matrix by Newton-Schulz, scaled to the size of an AdamW step (Liu
et al., arXiv 2502.16982)."""

import torch


def orthogonal(matrix, steps=5):
    a, b, c = 3.4445, -4.7750, 2.0315
    x = matrix.to(torch.bfloat16)
    x = x / (x.norm() + 1e-7)
    tall = x.shape[0] > x.shape[1]
    if tall:
        x = x.T
    for _ in range(steps):
        square = x @ x.T
        x = a * x + (b * square + c * square @ square) @ x
    return (x.T if tall else x).float()


class Muon(torch.optim.Optimizer):
    def __init__(self, params, lr, momentum=0.95, weight_decay=0.01):
        super().__init__(params, {'lr': lr, 'momentum': momentum, 'weight_decay': weight_decay})

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for param in group['params']:
                if param.grad is None:
                    continue
                state = self.state[param]
                if 'm' not in state:
                    state['m'] = torch.zeros_like(param)
                state['m'].lerp_(param.grad, 1 - group['momentum'])
                update = param.grad.lerp(state['m'], group['momentum']).flatten(1)
                update = orthogonal(update) * (0.2 * max(update.shape) ** 0.5)
                param.mul_(1 - group['lr'] * group['weight_decay']).add_(update.view(param.shape), alpha=-group['lr'])


class Optimizers:
    """Several optimizers, each with some of the parameters, used as one."""

    def __init__(self, parts):
        self.parts = parts

    def set_rate(self, rate):
        for part in self.parts:
            for group in part.param_groups:
                group['lr'] = rate

    def zero_grad(self):
        for part in self.parts:
            part.zero_grad(set_to_none=True)

    def step(self):
        for part in self.parts:
            part.step()

    def state(self):
        return [part.state_dict() for part in self.parts]

    def load(self, state):
        for part, own in zip(self.parts, state, strict=True):
            part.load_state_dict(own)


def muon_and_adamw(module, is_matrix, rate, weight_decay=0.01):
    """Muon for the parameters for which is_matrix(name, parameter), AdamW for the rest."""
    named = list(module.named_parameters())
    matrices = [q for name, q in named if is_matrix(name, q)]
    rest = [q for name, q in named if not is_matrix(name, q)]
    adamw = torch.optim.AdamW(rest, rate, betas=(0.9, 0.99), weight_decay=weight_decay, fused=True)
    return Optimizers([Muon(matrices, rate, weight_decay=weight_decay), adamw])


def muon_for_convolutions(module, rate):
    """Muon for the kernels between hidden channels of the autoencoder, without weight decay."""
    return muon_and_adamw(module, lambda _, q: q.ndim == 4 and min(q.shape[:2]) >= 64, rate, weight_decay=0)
