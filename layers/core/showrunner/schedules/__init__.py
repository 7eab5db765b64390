"""Schedules: when a library is looked through, or what was added to it lately."""
