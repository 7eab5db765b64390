"""What Showrunner needs from the world, as protocols. Adapters live in `showrunner.adapters`."""
