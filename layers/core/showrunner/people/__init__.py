"""Who watches: the accounts of all servers, and which of them are one human."""
