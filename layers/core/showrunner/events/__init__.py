"""What happened on the servers, in our words."""
