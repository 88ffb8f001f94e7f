"""Pictures as bytes of files to a network of PyTorch and back to probabilities, for the servers of the benchmarks."""

from __future__ import annotations

import io

import numpy as np
import torch
from PIL import Image
from torch import nn
from torch_networks import NETWORKS

CLASSES = 10


def network(name: str) -> nn.Module:
    """A network with random weights, ready to predict, in the layout that is fast."""
    torch.manual_seed(1)
    return NETWORKS[name](CLASSES).eval().to(memory_format=torch.channels_last)


def decode(encoded: bytes, size: int, channels: int) -> torch.Tensor:
    """(channels, size, size), standardised as everybody does it."""
    picture = Image.open(io.BytesIO(encoded))
    picture.draft("RGB" if channels == 3 else "L", (size, size))
    picture = picture.convert("RGB" if channels == 3 else "L").resize((size, size), Image.Resampling.BILINEAR)
    pixels = np.asarray(picture, dtype=np.uint8).reshape(size, size, channels)
    return (torch.from_numpy(pixels.copy()).permute(2, 0, 1).float() - 127.5) / 64


def predict(net: nn.Module, pictures: list[torch.Tensor]) -> list[list[float]]:
    """Probabilities of each picture."""
    with torch.inference_mode():
        batch = torch.stack(pictures).to(memory_format=torch.channels_last)
        rows: list[list[float]] = net(batch).softmax(dim=1).tolist()
    return rows
