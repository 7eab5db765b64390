"""The servers and services Showrunner talks to."""
