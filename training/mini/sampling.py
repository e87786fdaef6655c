"""SD1's noise schedule and the Euler sampler, as in the engine."""

import torch


def alphas_cumprod():
    """SD1 noise schedule (scaled linear)."""
    betas = torch.linspace(0.00085**0.5, 0.012**0.5, 1000, dtype=torch.float64) ** 2
    return torch.cumprod(1 - betas, 0).float()


@torch.no_grad()
def sample(unet, cond, uncond, steps=20, cfg=5.0, size=16, seed=0, noise=None, exact=False):
    """The engine's 'euler' with the discrete schedule. cond: N x 77 x hidden; noise: N x 4 x size x size, else drawn from the seed;
    exact: float32 instead of bfloat16."""
    device = cond.device
    schedule = alphas_cumprod()
    logs = ((1 - schedule) / schedule).sqrt().log()
    times = torch.linspace(999, 0, steps)
    low = times.floor().long()
    sigmas = ((times - low) * logs[(low + 1).clamp(max=999)] + (1 - times + low) * logs[low]).exp().tolist() + [0.0]
    if noise is None:
        noise = torch.randn(len(cond), 4, size, size, generator=torch.Generator().manual_seed(seed))
    x = noise.to(device) * sigmas[0]
    for i in range(steps):
        at = sigmas[i]
        t = times[i].to(device).repeat(2 * len(x))
        scaled = (x / (at * at + 1) ** 0.5).repeat(2, 1, 1, 1).contiguous(memory_format=torch.channels_last)
        with torch.autocast(device.type, dtype=torch.bfloat16, enabled=not exact):
            guess = unet(scaled, t, torch.cat([cond, uncond.expand_as(cond)])).float()
        with_text, without = guess.chunk(2)
        x = x + (without + cfg * (with_text - without)) * (sigmas[i + 1] - at)
    return x
