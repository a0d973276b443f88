"""A plugin for runs whose laws fail, where the input that is found does not matter: none is made smaller."""

from __future__ import annotations

from hypothesis import Phase, settings

settings.register_profile("unshrunk", phases=(Phase.explicit, Phase.generate))
settings.load_profile("unshrunk")
