"""Tensors of PyTorch to peers and back: one by one, as caches of attention, or shipped by a hook of a module.

    async with await connect(config, address, transport="tcp") as client:
        await send(client, hidden, form="i8")
        answer = await recv(client, dtype=torch.bfloat16)

Needs the extra `torch`: pip install 'resonant-conformance[torch]'. reference/arrays.md has the whole of it.
"""

from ..asyncio.tls import MissingLibraryError

try:
    import torch as _torch  # noqa: F401
except ImportError as error:
    raise MissingLibraryError("resonant.torch needs PyTorch; pip install 'resonant-conformance[torch]'") from error

from .shipping import Shipment, ship
from .tensors import from_wire, to_wire
from .transfer import arrivals, recv, recv_kv, send, send_kv

__all__ = ["Shipment", "arrivals", "from_wire", "recv", "recv_kv", "send", "send_kv", "ship", "to_wire"]
