"""What Showrunner asks media servers about their own settings, and changes there."""
