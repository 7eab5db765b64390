"""The form of sealed texts: `sealed:<scheme>:<base64url of header, nonce and ciphertext>`."""

import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as Base64Error

from showrunner.errors import SetupError

PREFIX = "sealed:"
KEY_BYTES = 32
_NONCE_BYTES = 12


def seal_with(key: bytes, scheme: str, plain: str, *, header: bytes = b"") -> str:
    """`plain` under AES-256-GCM; `scheme` and `header` are authenticated, not hidden."""
    # Imported on first use: most starts of a function neither seal nor open (32 ms of CPU).
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415

    nonce = os.urandom(_NONCE_BYTES)
    ciphertext = AESGCM(key).encrypt(nonce, plain.encode(), scheme.encode() + header)
    return f"{PREFIX}{scheme}:{urlsafe_b64encode(header + nonce + ciphertext).decode()}"


def unpacked(sealed: str, scheme: str) -> bytes:
    """Header, nonce and ciphertext of a text that `seal_with` made; SetupError for others."""
    start = f"{PREFIX}{scheme}:"
    encoded = sealed.removeprefix(start)
    try:
        payload = urlsafe_b64decode(encoded)
    except (Base64Error, ValueError):
        payload = b""
    # Decoding forgives stray characters; a text that does not encode back was altered.
    if not sealed.startswith(start) or urlsafe_b64encode(payload).decode() != encoded:
        raise SetupError(
            f"This is no text sealed as {scheme}: it was altered, or sealed in another home of "
            "Showrunner. Enter the secret again."
        )
    return payload


def open_with(key: bytes, scheme: str, payload: bytes, *, header_bytes: int = 0) -> str:
    """The plain text of `payload`; SetupError for another key or an altered text."""
    from cryptography.exceptions import InvalidTag  # noqa: PLC0415  as in seal_with
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415

    header, nonce = payload[:header_bytes], payload[header_bytes : header_bytes + _NONCE_BYTES]
    ciphertext = payload[header_bytes + _NONCE_BYTES :]
    try:
        return AESGCM(key).decrypt(nonce, ciphertext, scheme.encode() + header).decode()
    except (InvalidTag, ValueError) as error:
        raise SetupError(
            "A sealed secret does not open: it was altered or sealed with another key. "
            "Bring back the key that belongs to this data, or enter the secret again."
        ) from error
