"""The two reference networks in PyTorch on the CPU: images/s of training and of prediction, as JSON on standard output.

The whole loop counts, as in `ConvNetClassifier.fit`: uint8 pictures are shuffled, picked, standardised, trained on.
"""

from __future__ import annotations

import json
import sys
import time

import torch
from torch import nn

BATCH = 128
EPOCHS = 3


def landscape() -> nn.Module:
    return nn.Sequential(
        *(nn.Conv2d(3, 20, 4, stride=2), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Conv2d(20, 40, 5), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Conv2d(40, 70, 5), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Flatten(), nn.Dropout(0.5), nn.Linear(70, 200), nn.ReLU(), nn.Linear(200, 3)),
    )


def fashion() -> nn.Module:
    return nn.Sequential(
        *(nn.Conv2d(1, 20, 5), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Conv2d(20, 50, 5), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Flatten(), nn.Linear(800, 500), nn.ReLU(), nn.Linear(500, 10)),
    )


def main(name: str, layout: str, count: int) -> None:
    torch.manual_seed(1)
    shape = (3, 75, 75) if name == "landscape" else (1, 28, 28)
    classes = 3 if name == "landscape" else 10
    pictures = torch.randint(0, 256, (count, *shape), dtype=torch.uint8)
    labels = torch.randint(0, classes, (count,))
    mean = pictures.float().mean(dim=(0, 2, 3), keepdim=True)
    scale = pictures.float().std(dim=(0, 2, 3), keepdim=True)
    memory_format = torch.channels_last if layout == "channels_last" else torch.contiguous_format
    network = (landscape() if name == "landscape" else fashion()).to(memory_format=memory_format)
    updater = (
        torch.optim.Adagrad(network.parameters(), lr=0.01, weight_decay=5e-5)
        if name == "landscape"
        else torch.optim.Adam(network.parameters(), lr=0.001)
    )
    loss_of = nn.CrossEntropyLoss()

    def batch(index: torch.Tensor) -> torch.Tensor:
        return ((pictures[index].float() - mean) / scale).contiguous(memory_format=memory_format)

    train_seconds = []
    for _ in range(EPOCHS):
        start = time.perf_counter()
        for index in torch.randperm(count).split(BATCH):
            updater.zero_grad()
            loss_of(network(batch(index)), labels[index]).backward()
            updater.step()
        train_seconds.append(time.perf_counter() - start)
    network.eval()
    predict_seconds = []
    with torch.inference_mode():
        for _ in range(EPOCHS):
            start = time.perf_counter()
            for index in torch.arange(count).split(256):
                network(batch(index)).softmax(dim=1)
            predict_seconds.append(time.perf_counter() - start)
    # The first round of each warms up.
    print(
        json.dumps(
            {
                "train": count / min(train_seconds[1:]),
                "predict": count / min(predict_seconds[1:]),
                "version": torch.__version__,
            }
        )
    )


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
