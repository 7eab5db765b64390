"""The work of syncs: what a worker does with the messages of the `syncs` queue."""
