"""Every objective as an `nn.Module`: autograd, torch.compile, torch.distributed.

>>> import contrastive as ct
>>> loss = ct.torch.InfoNCE(temperature=0.07, normalize=True)(queries, keys, bank)
>>> loss.backward()
"""

from __future__ import annotations

from ._banks import MemoryBank, QueueBank, SampleBank
from ._base import Objective
from ._encoder import load_encoder
from ._objectives import (
    BYOL,
    CNS,
    DCL,
    Decoupled,
    FNC,
    HCL,
    HCSC,
    InfoNCE,
    InstDisc,
    InvP,
    LooC,
    MoCHi,
    NTXent,
    ProtoNCE,
    ReSSL,
    SCE,
    SigLIP,
    SimSiam,
    SupCon,
    SwAV,
)

__all__ = [
    "BYOL",
    "CNS",
    "DCL",
    "Decoupled",
    "FNC",
    "HCL",
    "HCSC",
    "InfoNCE",
    "InstDisc",
    "InvP",
    "LooC",
    "MemoryBank",
    "MoCHi",
    "NTXent",
    "Objective",
    "ProtoNCE",
    "QueueBank",
    "ReSSL",
    "SCE",
    "SampleBank",
    "SigLIP",
    "SimSiam",
    "SupCon",
    "SwAV",
    "load_encoder",
]
