"""Connections of one endpoint by their links, without sockets, clocks or randomness."""

from .channel_endpoint import ChannelEndpoint
from .connections import Connection, Connections, Forgotten, Standing
from .endpoint import Endpoint
from .quic_endpoint import QuicEndpoint

__all__ = ["ChannelEndpoint", "Connection", "Connections", "Endpoint", "Forgotten", "QuicEndpoint", "Standing"]
