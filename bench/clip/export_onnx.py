"""Exports a CLIPModel for transformers.js: both towers with their projections as ONNX (F32, any batch, any length of text), the tokenizer and
the preprocessing. Needs the packages onnx and onnxscript."""
import os

import torch


class Texts(torch.nn.Module):
    """Takes only token ids, no mask: in a causal tower, the state at the end token does not depend on the padding after it."""

    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, input_ids):
        return self.model.get_text_features(input_ids=input_ids).pooler_output


class Images(torch.nn.Module):
    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, pixel_values):
        return self.model.get_image_features(pixel_values=pixel_values).pooler_output


def export(model, tokenizer, processor, folder):
    os.makedirs(f'{folder}/onnx', exist_ok=True)
    for part in (model.config, tokenizer, processor):
        part.save_pretrained(folder)
    edge = model.config.vision_config.image_size
    write(Texts(model), dict(input_ids=torch.arange(18).reshape(2, 9)), {0: 'batch', 1: 'sequence'}, 'text_embeds', f'{folder}/onnx/text_model.onnx')
    write(Images(model), dict(pixel_values=torch.zeros(2, 3, edge, edge)), {0: 'batch'}, 'image_embeds', f'{folder}/onnx/vision_model.onnx')


def write(tower, inputs, free, output, path):
    torch.onnx.export(tower.eval(), kwargs=inputs, f=path, dynamo=True, external_data=True, verbose=False, input_names=list(inputs), output_names=[output],
                      dynamic_shapes={name: free for name in inputs})
