"""Optional fast CPU kernels (see kernels.cpp). Everything also works with plain PyTorch."""

import os

import torch
import torch.nn.functional as F

_ops = None


def enable():
    """Compile and load the kernels (about a minute the first time)."""
    global _ops
    from torch.utils.cpp_extension import load

    src = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'kernels.cpp')
    _ops = load(
        'kernels',
        [src],
        extra_cflags=['-O3', '-march=native', '-ffast-math', '-fopenmp', '-mprefer-vector-width=512'],
        extra_ldflags=['-lmvec', '-lm'],
        verbose=False,
    )


class _GroupNorm(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, w, b, groups, eps, silu):
        y, mean, rstd, x = _ops.gn_fwd(x, w, b, groups, eps, silu)
        ctx.save_for_backward(x, w, b, mean, rstd)
        ctx.silu = silu
        return y

    @staticmethod
    def backward(ctx, dy):
        dx, dw, db = _ops.gn_bwd(dy, *ctx.saved_tensors, ctx.silu)
        return dx, dw, db, None, None, None


class _Softmax(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        y = _ops.softmax_fwd(x)
        ctx.save_for_backward(y)
        return y

    @staticmethod
    def backward(ctx, dy):
        return _ops.softmax_bwd(dy, ctx.saved_tensors[0])


def group_norm(x, norm, silu=False):
    if _ops is not None and x.dtype == torch.bfloat16:
        return _GroupNorm.apply(x, norm.weight, norm.bias, norm.num_groups, norm.eps, silu)
    y = F.group_norm(x, norm.num_groups, norm.weight, norm.bias, norm.eps)
    return F.silu(y) if silu else y


def softmax(x):
    if _ops is not None and x.dtype == torch.bfloat16:
        return _Softmax.apply(x)
    return torch.softmax(x, dim=-1)


def _unary(fwd, bwd):
    class Op(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return getattr(_ops, fwd)(x)

        @staticmethod
        def backward(ctx, dy):
            return getattr(_ops, bwd)(dy, ctx.saved_tensors[0])

    return Op


_QuickGelu, _GeGlu = _unary('qgelu_fwd', 'qgelu_bwd'), _unary('geglu_fwd', 'geglu_bwd')


def quick_gelu(x):
    if _ops is not None and x.dtype == torch.bfloat16:
        return _QuickGelu.apply(x)
    return x * torch.sigmoid(1.702 * x)


def geglu(x):
    if _ops is not None and x.dtype == torch.bfloat16:
        return _GeGlu.apply(x)
    x, gate = x.chunk(2, dim=-1)
    return x * F.gelu(gate, approximate='tanh')


def attention(q, k, v, causal=False):
    """q, k, v: batch x heads x length x dim"""
    if _ops is None or q.dtype != torch.bfloat16:
        return F.scaled_dot_product_attention(q, k, v, is_causal=causal)
    s = (q * q.shape[-1] ** -0.5) @ k.transpose(-1, -2)
    if causal:
        n = s.shape[-1]
        s = s + torch.full((n, n), -1e4, dtype=s.dtype).triu(1)
    return softmax(s) @ v
