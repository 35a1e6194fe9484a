"""One training in several processes (torchrun): who this one is, and what all must agree on.

Every process draws the same batch and takes its share of the items; a mean over items divides by the weight of all
processes' items, so that the averaged gradients are those that one process would have had.
"""

from __future__ import annotations

import logging
import os

import torch
from lightning_fabric import Fabric
from lightning_fabric.strategies import DDPStrategy
from torch import Tensor, distributed

from proseg_gui.training.precision import Precision


def rank() -> int:
    """Number of this process, 0 for the one that writes files and speaks; 0 where there is only one."""
    return int(os.environ.get("RANK", "0")) if world() > 1 else 0


def world() -> int:
    """How many processes torchrun started for this training; 1 without it."""
    return int(os.environ.get("WORLD_SIZE", "1")) if "TORCHELASTIC_RUN_ID" in os.environ else 1


def start_fabric(device: torch.device, precision: Precision = "32") -> Fabric:
    """Fabric on ``device``; under torchrun joined with the other processes, each on the next device of that kind."""
    logging.getLogger("lightning_fabric").setLevel(logging.WARNING)  # repeats on stderr what was asked for
    if world() == 1:
        index = [device.index or 0] if device.type == "cuda" else 1
        return Fabric(accelerator=device.type, devices=index, precision=precision)
    local = int(os.environ.get("LOCAL_WORLD_SIZE", str(world())))
    strategy = DDPStrategy(find_unused_parameters=True)  # some methods learn in stages
    fabric = Fabric(accelerator=device.type, devices=local, num_nodes=world() // local, strategy=strategy,
                    precision=precision)  # fmt: skip
    fabric.launch()
    return fabric


def over_all(total: Tensor) -> Tensor:
    """The mean of ``total`` over all processes; without gradient, and itself where there is one process."""
    if not (distributed.is_available() and distributed.is_initialized()):
        return total
    summed = total.detach().clone()
    distributed.all_reduce(summed)
    return summed / distributed.get_world_size()
