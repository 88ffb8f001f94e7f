"""A plain PyTorch loop with AdamW, a cosine schedule, flips and shifts: test accuracy of the landscape network.

    torch_recipe.py PICTURES SEED EPOCHS LEARNING_RATE

PICTURES is an npz file of `ablation.py`: train_X, train_y, test_X, test_y. Prints the accuracy. All else is as PyTorch
has it: its first weights and its AdamW. Shifts show the nearest pixel beyond the edge, as ours.
"""

from __future__ import annotations

import sys

import numpy as np
import torch
from torch import nn
from torch_networks import landscape

BATCH = 64
SHIFT = 0.1


def main() -> None:
    path, seed, epochs, rate = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4])
    torch.manual_seed(seed)
    random = np.random.default_rng(seed)
    arrays = np.load(path)
    pictures = arrays["train_X"]
    labels = torch.from_numpy(arrays["train_y"].astype(np.int64))
    mean, scale = pictures.mean((0, 1, 2)), pictures.std((0, 1, 2))

    def standardised(block: np.ndarray) -> torch.Tensor:
        return torch.from_numpy(((block - mean) / scale).astype(np.float32).transpose(0, 3, 1, 2).copy())

    network = landscape(int(labels.max()) + 1)
    updater = torch.optim.AdamW(network.parameters(), lr=rate)
    steps = epochs * -(-len(pictures) // BATCH)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(updater, steps)
    network.train()
    for _ in range(epochs):
        changed = standardised(_augmented(pictures, random))
        for index in torch.randperm(len(pictures)).split(BATCH):
            updater.zero_grad()
            nn.functional.cross_entropy(network(changed[index]), labels[index]).backward()
            updater.step()
            schedule.step()
    network.eval()
    with torch.inference_mode():
        predicted = network(standardised(arrays["test_X"])).argmax(1).numpy()
    print(float((predicted == arrays["test_y"]).mean()))


def _augmented(pictures: np.ndarray, random: np.random.Generator) -> np.ndarray:
    changed = pictures.copy()
    mirrored = random.random(len(changed)) < 0.5
    changed[mirrored] = changed[mirrored, :, ::-1]
    height, width = changed.shape[1:3]
    rows, columns = round(SHIFT * height), round(SHIFT * width)
    padded = np.pad(changed, ((0, 0), (rows, rows), (columns, columns), (0, 0)), mode="edge")
    down = random.integers(0, 2 * rows + 1, len(changed))
    right = random.integers(0, 2 * columns + 1, len(changed))
    return np.stack(
        [padded[i, d : d + height, r : r + width] for i, (d, r) in enumerate(zip(down, right, strict=True))]
    )


if __name__ == "__main__":
    main()
