"""A side of bench/peers: Stable Diffusion 1.5 in diffusers, on random weights that it writes for the other sides.

    reference.py FOLDER tiny|sd15 THREADS

Writes FOLDER/model.safetensors (F16; both sides compute with the rounded values) unless it is there, and answers with its versions and the devices
it can use. Each later line {"side": "cpu f32", "prompt", "seed", "width", "height", "steps", "cfgScale", "out": file} paints from the engine's start
noise, writes the pixels (RGB, 8 bits) to the file and is answered with the seconds. {"drop": side} frees a copy of the model.
"""
import copy
import json
import os
import sys
import time

import diffusers
import numpy as np
import torch
from diffusers import AutoencoderKL, EulerDiscreteScheduler, StableDiffusionPipeline, UNet2DConditionModel
from safetensors.torch import save_file
from transformers import CLIPTextConfig, CLIPTextModel

root = os.path.join(os.path.dirname(os.path.abspath(__file__)), '../..')
sys.path[:0] = [os.path.join(root, 'test/fixtures/train'), os.path.join(root, 'training')]
from make_golden_train import ldm_name  # noqa: E402
from mini.noise import philox_normal  # noqa: E402
from mini.tokenizer import Tokenizer  # noqa: E402

# Channels of the UNet; width, inner width and layers of the text encoder.
SIZES = {'tiny': (64, 128, 256, 2), 'sd15': (320, 768, 3072, 12)}


def say(**values):
    print(json.dumps(values), flush=True)


def networks(size):
    channels, width, inner, layers = SIZES[size]
    unet = UNet2DConditionModel(
        sample_size=64, in_channels=4, out_channels=4, layers_per_block=2, cross_attention_dim=width, attention_head_dim=8,
        block_out_channels=(channels, 2 * channels, 4 * channels, 4 * channels),
        down_block_types=('CrossAttnDownBlock2D',) * 3 + ('DownBlock2D',), up_block_types=('UpBlock2D',) + ('CrossAttnUpBlock2D',) * 3)
    vae = AutoencoderKL(
        down_block_types=('DownEncoderBlock2D',) * 4, up_block_types=('UpDecoderBlock2D',) * 4, block_out_channels=(128, 256, 512, 512),
        layers_per_block=2, latent_channels=4, scaling_factor=0.18215)
    text = CLIPTextModel(CLIPTextConfig(
        vocab_size=49408, hidden_size=width, intermediate_size=inner, num_hidden_layers=layers, num_attention_heads=width // 64, hidden_act='quick_gelu'))
    # A random decoder paints almost one grey; with this contrast a wrong latent is seen in the pixels.
    with torch.no_grad():
        vae.decoder.conv_out.weight *= 0.5 / vae.decode(torch.randn(1, 4, 8, 8)).sample.std()
        for part in (unet, vae, text):
            for parameter in part.parameters():
                parameter.copy_(parameter.half().float())
    return unet.eval(), vae.eval(), text.eval()


def save(path, unet, vae, text):
    tensors = {'model.diffusion_model.' + ldm_name(name): tensor for name, tensor in unet.state_dict().items()}
    tensors |= {'first_stage_model.' + name: tensor for name, tensor in vae.state_dict().items()}
    state = {name.removeprefix('text_model.'): tensor for name, tensor in text.state_dict().items() if 'position_ids' not in name}
    tensors |= {'cond_stage_model.transformer.text_model.' + name: tensor for name, tensor in state.items()}
    save_file({name: tensor.half().contiguous() for name, tensor in tensors.items()}, path)


def sides():
    """Name: device and type. Reduced precision on the CPU is bfloat16, because half precision has no fast kernels there."""
    found = {'cpu f32': ('cpu', torch.float32), 'cpu bf16': ('cpu', torch.bfloat16)}
    if torch.cuda.is_available():
        found['cuda fp16'] = ('cuda', torch.float16)
    if torch.backends.mps.is_available():
        found['mps fp16'] = ('mps', torch.float16)
    return found


class Painter:
    def __init__(self, parts, device, dtype):
        is_own = (device, dtype) == ('cpu', torch.float32)
        unet, vae, text = parts if is_own else (copy.deepcopy(part).to(device, dtype) for part in parts)
        # The engine's schedule: scaled linear, time steps from 999 to 0, both ends included.
        scheduler = EulerDiscreteScheduler(beta_start=0.00085, beta_end=0.012, beta_schedule='scaled_linear', timestep_spacing='linspace')
        self.pipe = StableDiffusionPipeline(vae, text, None, unet, scheduler, None, None, requires_safety_checker=False)
        self.pipe.set_progress_bar_config(disable=True)
        self.device, self.dtype, self.texts = device, dtype, {}

    def encoded(self, prompt):
        if prompt not in self.texts:
            ids = Tokenizer()([prompt]).to(self.device)
            self.texts[prompt] = self.pipe.text_encoder(ids).last_hidden_state
        return self.texts[prompt]

    def paint(self, ask):
        down, across = ask['height'] // 8, ask['width'] // 8
        noise = torch.from_numpy(philox_normal(4 * down * across, ask['seed'])).view(1, 4, down, across)
        texts = dict(prompt_embeds=self.encoded(ask['prompt']), negative_prompt_embeds=self.encoded(''))
        pixels = self.pipe(
            **texts, latents=noise.to(self.device, self.dtype), height=ask['height'], width=ask['width'],
            num_inference_steps=ask['steps'], guidance_scale=ask['cfgScale'], output_type='np').images[0]
        return (pixels * 255).round().astype(np.uint8)


@torch.inference_mode()
def main():
    folder, size, threads = sys.argv[1], sys.argv[2], int(sys.argv[3])
    torch.set_num_threads(threads)
    torch.manual_seed(1)
    parts, known, painters = networks(size), sides(), {}
    path = os.path.join(folder, 'model.safetensors')
    if not os.path.exists(path):
        save(path, *parts)
    say(versions=f'diffusers {diffusers.__version__}, torch {torch.__version__}', sides=list(known), model=path)
    for line in sys.stdin:
        ask = json.loads(line)
        if 'drop' in ask:
            painters.pop(ask['drop'], None)
            say(dropped=True)
            continue
        side = ask['side']
        if side not in painters:
            painters[side] = Painter(parts, *known[side])
        begun, cpu = time.perf_counter(), time.process_time()
        pixels = painters[side].paint(ask)
        seconds, cpu = time.perf_counter() - begun, time.process_time() - cpu
        pixels.tofile(ask['out'])
        say(seconds=seconds, cpuSeconds=cpu)


if __name__ == '__main__':
    main()
