"""Documents and queues in one SQLite file: the home that needs nothing but Python."""
