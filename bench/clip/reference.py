"""A side of bench/clip: Hugging Face's transformers on PyTorch, which reads requests from stdin, one per line.

    reference.py <folder> <model> <threads>

Makes a CLIPModel of a published size with random weights (rounded to F16, seeded), saves it to <folder> and answers "ready" with the
expected embeddings. Each later line {"what": "images" | "texts", "count": n, "dtype": "f32" | "bf16"} is answered with the seconds
from raw pictures or strings to embeddings. The line {"onnx": folder} exports the model for transformers.js, with the pixels of the expected
pictures.
"""
import contextlib
import json
import os
import sys
import time

import numpy as np
import torch
from PIL import Image
from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'test', 'fixtures', 'clip'))
import make_golden as golden  # noqa: E402
from safetensors.torch import save_file  # noqa: E402

TEXT = dict(vocab_size=49408, max_position_embeddings=77)
SIZES = {
    'b32': dict(text=dict(hidden_size=512, intermediate_size=2048, num_hidden_layers=12, num_attention_heads=8, **TEXT),
                vision=dict(hidden_size=768, intermediate_size=3072, num_hidden_layers=12, num_attention_heads=12, image_size=224, patch_size=32), proj=512, act='quick_gelu'),
    'b16': dict(text=dict(hidden_size=512, intermediate_size=2048, num_hidden_layers=12, num_attention_heads=8, **TEXT),
                vision=dict(hidden_size=768, intermediate_size=3072, num_hidden_layers=12, num_attention_heads=12, image_size=224, patch_size=16), proj=512, act='quick_gelu'),
    'l14': dict(text=dict(hidden_size=768, intermediate_size=3072, num_hidden_layers=12, num_attention_heads=12, **TEXT),
                vision=dict(hidden_size=1024, intermediate_size=4096, num_hidden_layers=24, num_attention_heads=16, image_size=224, patch_size=14), proj=768, act='quick_gelu'),
    'h14': dict(text=dict(hidden_size=1024, intermediate_size=4096, num_hidden_layers=24, num_attention_heads=16, **TEXT),
                vision=dict(hidden_size=1280, intermediate_size=5120, num_hidden_layers=32, num_attention_heads=16, image_size=224, patch_size=14), proj=1024, act='gelu'),
}


def main():
    folder, name, threads = sys.argv[1], sys.argv[2], int(sys.argv[3])
    torch.set_num_threads(threads)
    spec = SIZES[name]
    model = golden.random_clip(**spec, seed=11)
    weights = {k: v.half().contiguous() for k, v in model.state_dict().items() if not k.endswith('position_ids')}
    model.load_state_dict({k: v.float() for k, v in weights.items()}, strict=False)
    os.makedirs(folder, exist_ok=True)
    save_file(weights, f'{folder}/model.safetensors', metadata={'format': 'pt'})
    del weights
    json.dump(golden.config_of(model, spec), open(f'{folder}/config.json', 'w'))
    tokenizer = golden.tokenizer()
    processor = CLIPImageProcessorPil()
    texts = golden.captions(400)[len(golden.FIXED):]
    pictures = [golden.picture(320, 240, n) for n in range(16)]
    models = {'f32': model}

    def pixels_of(count):
        return torch.from_numpy(np.stack(processor([Image.fromarray(p) for p in pictures[:count]])['pixel_values']))

    def embed_images(count, dtype):
        x = pixels_of(count)
        with torch.inference_mode():
            return golden.unit(models[dtype].get_image_features(pixel_values=x.to(models[dtype].dtype)).pooler_output.float())

    def embed_texts(count, dtype):
        batch = tokenizer(texts[:count], padding=True, truncation=True, max_length=77, return_tensors='pt')
        with torch.inference_mode():
            return golden.unit(models[dtype].get_text_features(**{k: batch[k] for k in ('input_ids', 'attention_mask')}).pooler_output.float())

    expected = dict(text=golden.rounded(embed_texts(16, 'f32')), image=golden.rounded(embed_images(8, 'f32')))
    print(json.dumps(dict(ready=True, texts=texts[:256], torch=torch.__version__, expected=expected)), flush=True)
    for line in sys.stdin:
        ask = json.loads(line)
        if 'onnx' in ask:
            from export_onnx import export
            with contextlib.redirect_stdout(sys.stderr):
                export(model, tokenizer, processor, ask['onnx'])
            pixels_of(8).numpy().tofile(f"{ask['onnx']}/pixels.f32")
            print(json.dumps(dict(ready=True)), flush=True)
            continue
        if ask['dtype'] == 'bf16' and 'bf16' not in models:
            import copy
            models['bf16'] = copy.deepcopy(model).to(torch.bfloat16)
        run = embed_images if ask['what'] == 'images' else embed_texts
        start, cpu = time.perf_counter(), time.process_time()
        run(ask['count'], ask['dtype'])
        print(json.dumps(dict(seconds=time.perf_counter() - start, cpuSeconds=time.process_time() - cpu)), flush=True)


if __name__ == '__main__':
    main()
