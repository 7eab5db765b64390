"""Consumes `plays`: what a person did with an item becomes a moment of a play."""

from showrunner.entry.background import queue_batch_entry
from showrunner.plays.consumer import handle_play_messages
from showrunner.wiring import home

handle_plays = queue_batch_entry("plays", lambda bodies: handle_play_messages(bodies, home()))
