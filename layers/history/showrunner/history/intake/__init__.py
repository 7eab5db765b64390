"""Plays of any age into one history: `absorb` is the way in, `staging.py` where reading starts."""

from showrunner.history.intake.absorbing import Absorbed, absorb

__all__ = ["Absorbed", "absorb"]
