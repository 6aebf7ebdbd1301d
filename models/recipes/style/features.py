"""The feature net of ../features as the style recipes use it: from its checkpoint, folded and scaled, frozen."""
import importlib.util
import os

import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))


def trained_features(work, padding='replicate'):
    """work: the working folder of ../features (icons.*, features.pt). Losses may pad with zeros: a third faster."""
    spec = importlib.util.spec_from_file_location('features_export', os.path.join(HERE, '..', 'features', 'export.py'))
    export = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(export)
    pictures = export.Pictures(work, 0)
    rng = np.random.default_rng(5)
    images = pictures.batch(rng, rng.choice(pictures.known, 512))[0]
    plain = export.trained_features(work, images)[1]
    for module in plain.children():
        module.padding_mode = padding
    return plain
