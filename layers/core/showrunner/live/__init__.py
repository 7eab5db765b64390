"""What plays now: read from the servers' sockets, watched, and stopped on request."""
