import threading
from typing import TYPE_CHECKING, Any

from showrunner.adapters.aws.errors import aws_errors
from showrunner.adapters.sealing import open_with, seal_with, unpacked
from showrunner.errors import SetupError

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient

_SCHEME = "kms1"
_LENGTH_BYTES = 2
#: KMS authenticates it and writes it to the audit trail: whose key use this was.
_CONTEXT = {"application": "showrunner"}


class KmsSecrets:
    """
    Secrets under data keys that KMS key `key_id` encrypts (id, ARN or alias).

    The encrypted data key travels in the sealed text. A process asks KMS for one
    data key to seal with, and once for each that it opens with. A `purpose` goes
    into KMS's encryption context, so that a policy can allow one purpose alone.
    """

    def __init__(self, key_id: str, client: "KMSClient", purpose: str | None = None) -> None:
        self._key_id = key_id
        self._context = _CONTEXT | ({"purpose": purpose} if purpose else {})
        self._client: Any = client
        self._guard = threading.Lock()
        self._sealing: tuple[bytes, bytes] | None = None
        self._plain_keys: dict[bytes, bytes] = {}

    def seal(self, plain: str) -> str:
        plain_key, encrypted_key = self._sealing_key()
        header = len(encrypted_key).to_bytes(_LENGTH_BYTES) + encrypted_key
        return seal_with(plain_key, _SCHEME, plain, header=header)

    def open(self, sealed: str) -> str:
        payload = unpacked(sealed, _SCHEME)
        header_bytes = _LENGTH_BYTES + int.from_bytes(payload[:_LENGTH_BYTES])
        encrypted_key = payload[_LENGTH_BYTES:header_bytes]
        if not encrypted_key:
            raise SetupError("A sealed secret was altered: enter the secret again.")
        key = self._plain_key(encrypted_key)
        return open_with(key, _SCHEME, payload, header_bytes=header_bytes)

    def _sealing_key(self) -> tuple[bytes, bytes]:
        """A data key, plain and encrypted: one per process, since each text has its own nonce."""
        with self._guard:
            if self._sealing is None:
                with aws_errors("kms", f"key {self._key_id}"):
                    answer = self._client.generate_data_key(
                        KeyId=self._key_id, KeySpec="AES_256", EncryptionContext=self._context
                    )
                self._sealing = (answer["Plaintext"], answer["CiphertextBlob"])
                self._plain_keys[answer["CiphertextBlob"]] = answer["Plaintext"]
            return self._sealing

    def _plain_key(self, encrypted_key: bytes) -> bytes:
        with self._guard:
            if encrypted_key not in self._plain_keys:
                with aws_errors("kms", f"key {self._key_id}"):
                    answer = self._client.decrypt(
                        KeyId=self._key_id,
                        CiphertextBlob=encrypted_key,
                        EncryptionContext=self._context,
                    )
                self._plain_keys[encrypted_key] = answer["Plaintext"]
            return self._plain_keys[encrypted_key]
