from typing import Protocol


class Secrets(Protocol):
    """Seals short texts (tokens, keys) so that they can be stored anywhere."""

    def seal(self, plain: str) -> str:
        """`plain` encrypted and authenticated, as printable text that starts with `sealed:`."""

    def open(self, sealed: str) -> str:
        """What was sealed; SetupError when the key is another one or the text was altered."""
