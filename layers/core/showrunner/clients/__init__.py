"""Talking to other programs, one module for each. They are made by `clients.factory`."""
