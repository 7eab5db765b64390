"""Emulated servers over a small library of real videos, so that a newcomer sees the whole flow."""
