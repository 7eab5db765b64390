"""The frame worker: pulls frame tasks, extracts, publishes, tells the servers."""
