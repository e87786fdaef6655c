"""The other side of bench/train/speed.ts: LoRA training with diffusers and PEFT, one step per line on stdin.

    python reference.py FOLDER MODEL SIZE BATCH RANK THREADS     # MODEL: tiny (64 channels) or sd15

Writes FOLDER/MODEL.safetensors, the same random weights as an SD 1 checkpoint, prints {"ready": ...}, then answers
{"what": "step", "dtype": "f32" | "bf16", "checkpointing": bool} with seconds and the peak of its resident memory.
"""
import json
import os
import resource
import sys
import time

import torch
from diffusers import UNet2DConditionModel
from peft import LoraConfig
from safetensors.torch import save_file

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '../../test/fixtures/train'))
from make_golden_train import ldm_name  # noqa: E402

SIZES = {'tiny': (64, 192), 'sd15': (320, 768)}
TARGETS = ['to_q', 'to_k', 'to_v', 'to_out.0', 'ff.net.0.proj', 'ff.net.2', 'proj_in', 'proj_out']


def say(**values):
    print(json.dumps(values), flush=True)


def resident():
    with open('/proc/self/status') as file:
        return next(int(line.split()[1]) * 1024 for line in file if line.startswith('VmRSS'))


def main():
    folder, model, size, batch, rank, threads = sys.argv[1], sys.argv[2], *(int(word) for word in sys.argv[3:])
    torch.set_num_threads(threads)
    torch.manual_seed(1)
    before = resident()
    channels, context = SIZES[model]
    unet = UNet2DConditionModel(
        sample_size=size // 8, in_channels=4, out_channels=4, layers_per_block=2, cross_attention_dim=context, attention_head_dim=8,
        block_out_channels=(channels, 2 * channels, 4 * channels, 4 * channels),
        down_block_types=('CrossAttnDownBlock2D',) * 3 + ('DownBlock2D',), up_block_types=('UpBlock2D',) + ('CrossAttnUpBlock2D',) * 3)
    path = os.path.join(folder, f'{model}.safetensors')
    if not os.path.exists(path):
        tensors = {'model.diffusion_model.' + ldm_name(name): tensor for name, tensor in unet.state_dict().items()}
        tensors['cond_stage_model.transformer.text_model.embeddings.token_embedding.weight'] = torch.zeros(16, context)
        save_file(tensors, path)
        del tensors
    unet.requires_grad_(False)
    unet.add_adapter(LoraConfig(r=rank, lora_alpha=rank, target_modules=TARGETS))
    trained = [parameter for parameter in unet.parameters() if parameter.requires_grad]
    optimizer = torch.optim.AdamW(trained, lr=1e-4)
    unet.train()
    edge = size // 8
    latents, noise = torch.randn(batch, 4, edge, edge), torch.randn(batch, 4, edge, edge)
    states, times = torch.randn(batch, 77, context), torch.full((batch,), 500)
    say(ready=True, torch=torch.__version__, before=before, parameters=sum(p.numel() for p in trained))
    for line in sys.stdin:
        request = json.loads(line)
        (unet.enable_gradient_checkpointing if request['checkpointing'] else unet.disable_gradient_checkpointing)()
        begun, cpu = time.perf_counter(), time.process_time()
        with torch.autocast('cpu', torch.bfloat16, enabled=request['dtype'] == 'bf16'):
            predicted = unet(0.5 * latents + 0.5 * noise, times, states).sample
        loss = torch.nn.functional.mse_loss(predicted.float(), noise)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(trained, 1.0)
        optimizer.step()
        optimizer.zero_grad()
        seconds, cpu = time.perf_counter() - begun, time.process_time() - cpu
        say(seconds=seconds, cpu=cpu, loss=loss.item(), peak=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)


if __name__ == '__main__':
    main()
