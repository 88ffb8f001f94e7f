"""What each process of TorchDistributor runs: PyTorch's DistributedDataParallel on its share of the pictures."""

from __future__ import annotations

import time

import torch
from protocol import Work
from torch import distributed, nn
from torch.nn.parallel import DistributedDataParallel
from torch_networks import NETWORKS, Standardised

_TEST_BATCH = 500


def train(work: Work, channels_last: bool, epochs: int, tests: bool) -> list[tuple[float, float]]:
    """Seconds of every epoch and, where it tests, the accuracy after it; the tests are not timed.

    Args:
        work: every process makes all of its data, and trains on its own share; `batch` is that of one process.
        channels_last: the layout in memory.
        epochs: how many.
        tests: on the test pictures, after every epoch.
    """
    distributed.init_process_group("gloo")
    rank, processes = distributed.get_rank(), distributed.get_world_size()
    torch.set_num_threads(1)
    torch.manual_seed(1)
    network = Standardised(NETWORKS[work.network](work.classes), work).to(
        memory_format=torch.channels_last if channels_last else torch.contiguous_format
    )
    replica = DistributedDataParallel(network, gradient_as_bucket_view=True, broadcast_buffers=False)
    updater = {"adam": torch.optim.Adam, "adagrad": torch.optim.Adagrad}[work.updater](
        network.parameters(), lr=work.learning_rate, weight_decay=work.l2, fused=True
    )
    # Equal shares: all processes must make the same number of steps.
    share = slice(rank, work.count - work.count % processes, processes)
    pictures = torch.from_numpy(work.pictures()[share])
    pictures = pictures if channels_last else pictures.permute(0, 3, 1, 2).contiguous()
    labels = torch.from_numpy(work.labels()[share])
    loss_of = nn.CrossEntropyLoss()
    torch.manual_seed(1 + rank)
    found = []
    for _ in range(epochs):
        network.train()
        distributed.barrier()
        start = time.perf_counter()
        for index in torch.split(torch.randperm(len(labels)), work.batch):
            updater.zero_grad()
            block = pictures[index]
            loss_of(replica(block.permute(0, 3, 1, 2) if channels_last else block), labels[index]).backward()
            updater.step()
        distributed.barrier()
        seconds = time.perf_counter() - start
        found.append((seconds, _accuracy(network, work) if tests and rank == 0 else 0.0))
    distributed.destroy_process_group()
    return found


def _accuracy(network: nn.Module, work: Work) -> float:
    pictures, labels = (torch.from_numpy(array) for array in work.test())
    network.eval()
    hits = 0
    with torch.inference_mode():
        for block, truth in zip(torch.split(pictures, _TEST_BATCH), torch.split(labels, _TEST_BATCH), strict=True):
            hits += int((network(block.permute(0, 3, 1, 2)).argmax(dim=1) == truth).sum())
    return hits / len(labels)
