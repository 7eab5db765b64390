"""Plays: one person's viewing of one item on one server, whoever told of it."""
