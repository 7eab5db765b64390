"""Where each kind of server wants its previews, and how they get there."""
