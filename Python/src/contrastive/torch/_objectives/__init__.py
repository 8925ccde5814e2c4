"""Every objective as a module, under the names of the Swift library."""

from __future__ import annotations

from .predictions import BYOL, SimSiam
from .prototypes import HCSC, ProtoNCE, SwAV
from .queries import CNS, SCE, InfoNCE, LooC, MoCHi, ReSSL, SigLIP
from .samples import InstDisc, InvP
from .views import DCL, FNC, HCL, Decoupled, NTXent, SupCon

__all__ = [
    "BYOL", "CNS", "DCL", "Decoupled", "FNC", "HCL", "HCSC", "InfoNCE", "InstDisc", "InvP", "LooC",
    "MoCHi", "NTXent", "ProtoNCE", "ReSSL", "SCE", "SigLIP", "SimSiam", "SupCon", "SwAV",
]
