"""What needs a media server but decodes nothing; a worker's errand thread calls it."""
