"""The networks of the benchmarks in PyTorch, layer for layer as `python/sparkdl4j/spec/networks` has them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import torch
from protocol import Work
from torch import nn


class Standardised(nn.Module):
    """A network that takes uint8 pictures. Inside it, torch.compile can fuse what comes before the network."""

    mean: torch.Tensor
    scale: torch.Tensor

    def __init__(self, network: nn.Module, work: Work) -> None:
        super().__init__()
        self.network = network
        mean, variance = (torch.from_numpy(moment).view(1, -1, 1, 1) for moment in work.moments())
        self.register_buffer("mean", mean)
        self.register_buffer("scale", variance.rsqrt())

    def forward(self, pictures: torch.Tensor) -> torch.Tensor:
        logits: torch.Tensor = self.network((pictures.float() - self.mean) * self.scale)
        return logits


def landscape(classes: int) -> nn.Module:
    return nn.Sequential(
        *(nn.Conv2d(3, 20, 4, stride=2), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Conv2d(20, 40, 5), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Conv2d(40, 70, 5), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Flatten(), nn.Dropout(0.5), nn.Linear(70, 200), nn.ReLU(), nn.Linear(200, classes)),
    )


def fashion(classes: int) -> nn.Module:
    return nn.Sequential(
        *(nn.Conv2d(1, 20, 5), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Conv2d(20, 50, 5), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Flatten(), nn.Linear(800, 500), nn.ReLU(), nn.Linear(500, classes)),
    )


def vgg_conv13(classes: int) -> nn.Module:
    layers: list[nn.Module] = []
    channels = 3
    for filters in ((64, 64), (128, 128), (256,) * 3, (512,) * 3, (512,) * 3):
        for outputs in filters:
            layers += [nn.Conv2d(channels, outputs, 3, padding=1), nn.ReLU()]
            channels = outputs
        layers.append(nn.MaxPool2d(2))
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(7 * 7 * 512, classes))


class _Block(nn.Module):
    """relu(layers(x) + shortcut(x)), with a projection where the shapes differ."""

    def __init__(self, inputs: int, outputs: int, stride: int, layers: nn.Module) -> None:
        super().__init__()
        self.layers = layers
        self.shortcut = (
            nn.Identity() if inputs == outputs and stride == 1 else nn.Sequential(*_conv(inputs, outputs, 1, stride))
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.relu(self.layers(x) + self.shortcut(x))


def _conv(inputs: int, outputs: int, kernel: int, stride: int = 1) -> Iterator[nn.Module]:
    yield nn.Conv2d(inputs, outputs, kernel, stride, padding=kernel // 2, bias=False)
    yield nn.BatchNorm2d(outputs)


def _basic(inputs: int, width: int, stride: int) -> nn.Module:
    layers = nn.Sequential(*_conv(inputs, width, 3, stride), nn.ReLU(), *_conv(width, width, 3))
    return _Block(inputs, width, stride, layers)


def _bottleneck(inputs: int, width: int, stride: int) -> nn.Module:
    layers = nn.Sequential(
        *(*_conv(inputs, width, 1), nn.ReLU(), *_conv(width, width, 3, stride), nn.ReLU()),
        *_conv(width, 4 * width, 1),
    )
    return _Block(inputs, 4 * width, stride, layers)


def _resnet(
    classes: int, block: Callable[[int, int, int], nn.Module], expansion: int, depths: tuple[int, ...]
) -> nn.Module:
    layers: list[nn.Module] = [*_conv(3, 64, 7, 2), nn.ReLU(), nn.MaxPool2d(3, 2, padding=1)]
    channels = 64
    for stage, depth in enumerate(depths):
        width = 64 * 2**stage
        for place in range(depth):
            layers.append(block(channels, width, 2 if stage and not place else 1))
            channels = width * expansion
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels, classes))


def resnet18(classes: int) -> nn.Module:
    return _resnet(classes, _basic, 1, (2, 2, 2, 2))


def resnet50(classes: int) -> nn.Module:
    return _resnet(classes, _bottleneck, 4, (3, 4, 6, 3))


NETWORKS = {make.__name__: make for make in (landscape, fashion, vgg_conv13, resnet18, resnet50)}
