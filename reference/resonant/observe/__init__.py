"""A conversation as somebody sees it who has both directions of it and takes no part.

    for entry in look(carried, key).entries:
        ...  # a frame that was seen, or something that it brought about

`look` has a peer for each end, which gets every frame that the other end sent and whose own frames go nowhere. So what
it tells is what a right peer makes of the conversation if all of it arrives, in the order of the capture.
"""

from .entries import Carried, Entry, Fault, Looked, Seen, Told, Way, What
from .look import is_ours, look

__all__ = ["Carried", "Entry", "Fault", "Looked", "Seen", "Told", "Way", "What", "is_ours", "look"]
