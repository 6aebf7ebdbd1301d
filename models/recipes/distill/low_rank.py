"""LoRA for every layer of a network (Hu et al. 2021; convolutions as LyCORIS' LoCon), and the file that such changes are kept in."""
import json
import struct

import numpy as np
import torch
import torch.nn as nn
from torch.nn.utils import parametrize


class LowRank(nn.Module):
    """W -> W + up · down. Begins as the identity."""

    def __init__(self, shape, rank):
        super().__init__()
        out, *inner = shape
        self.down = nn.Parameter(torch.randn(rank, *inner) * int(np.prod(inner)) ** -.5)
        self.up = nn.Parameter(torch.zeros(out, rank))

    def change(self):
        with torch.autocast(self.up.device.type, enabled=False):
            return (self.up @ self.down.flatten(1)).view(len(self.up), *self.down.shape[1:])

    def forward(self, weight):
        return weight + self.change()


def add_low_rank(network, rank, except_in=()):
    """Freezes the network and gives the weight of each layer a change; returns them, path -> LowRank."""
    network.requires_grad_(False)
    changes = {}
    for path, layer in list(network.named_modules()):
        if isinstance(layer, (nn.Conv2d, nn.Linear)) and not path.startswith(except_in):
            change = LowRank(layer.weight.shape, min(rank, *layer.weight.flatten(1).shape))
            parametrize.register_parametrization(layer, 'weight', change)
            changes[path] = change
    return changes


def write_safetensors(path, tensors, metadata):
    """fp16. The format: the header's length, the header in JSON, the numbers in the header's order."""
    header, body = {'__metadata__': metadata}, b''
    for name, tensor in tensors.items():
        content = tensor.detach().cpu().half().numpy().tobytes()
        header[name] = {'dtype': 'F16', 'shape': list(tensor.shape), 'data_offsets': [len(body), len(body) + len(content)]}
        body += content
    text = json.dumps(header).encode()
    text += b' ' * (-len(text) % 8)
    with open(path, 'wb') as f:
        f.write(struct.pack('<Q', len(text)) + text + body)


def kohya_names(changes):
    """path -> (down, up) becomes kohya's tensors: lora_unet_PATH.lora_down.weight [rank, in, …], .lora_up.weight [out, rank, …]."""
    tensors = {}
    for path, (down, up) in changes.items():
        name = f'lora_unet_{path.replace(".", "_")}'
        tensors[f'{name}.lora_down.weight'] = down
        tensors[f'{name}.lora_up.weight'] = up.view(*up.shape, *(1 for _ in down.shape[2:]))
        tensors[f'{name}.alpha'] = torch.tensor(float(len(down)))
    return tensors
