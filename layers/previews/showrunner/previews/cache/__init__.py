"""Frames that were extracted lately, for the next server that wants the same."""

from showrunner.previews.cache.extract import extract_with_cache
from showrunner.previews.cache.frames import FrameCache, FrameKey

__all__ = ["FrameCache", "FrameKey", "extract_with_cache"]
