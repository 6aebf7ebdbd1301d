"""The drawn faces and their attributes, for the training scripts of this folder."""
import json
import os

import numpy as np
import torch

from net import Mapping

KEPT_OUT = 1000  # the last so many faces are never trained on


class Faces:
    def __init__(self, work):
        with open(os.path.join(work, 'faces.json')) as f:
            listing = json.load(f)
        side = listing['size']
        self.pictures = np.memmap(os.path.join(work, 'faces.bin'), np.uint8, 'r').reshape(-1, side, side, 3)
        self.attributes = torch.tensor(listing['faces'])
        self.names = list(listing['attributes'])
        self.values = listing['attributes']
        self.cards = [len(v) for v in listing['attributes'].values()]
        self.shares = []
        for name, values in listing['attributes'].items():
            first = listing['first'].get(name, 1 / len(values))
            self.shares.append([first] + [(1 - first) / (len(values) - 1)] * (len(values) - 1))
        self.training = len(self.pictures) - KEPT_OUT

    def mapping(self):
        return Mapping(self.cards, self.shares)

    def batch(self, indices):
        """picture N,3,H,W in [-1,1], attributes N,12."""
        pictures = torch.from_numpy(np.ascontiguousarray(self.pictures[indices])).permute(0, 3, 1, 2).float() / 127.5 - 1
        return pictures, self.attributes[torch.as_tensor(indices)]
