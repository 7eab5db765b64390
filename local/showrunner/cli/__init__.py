"""The `showrunner` command."""
