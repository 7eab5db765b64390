"""The history that other programs kept, taken over."""
