"""What Prometheus scrapes: streams, plays, libraries, syncs, queues and workers as numbers."""
