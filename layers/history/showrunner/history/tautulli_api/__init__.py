"""The history in the shapes of Tautulli's API v2, for the tools that ask a Tautulli."""
