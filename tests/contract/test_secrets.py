import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from showrunner.adapters.aws.secrets import KmsSecrets
from showrunner.adapters.keyfile import KeyFileSecrets
from showrunner.errors import SetupError
from showrunner.ports.secrets import Secrets
from tests.contract.secrets_contract import SecretsContract

SEAL_ONE = """
import sys
from pathlib import Path
from showrunner.adapters.keyfile import KeyFileSecrets
print(KeyFileSecrets(Path(sys.argv[1])).seal("abc"))
"""


class TestKeyFileSecrets(SecretsContract):
    @pytest.fixture
    def path(self, tmp_path: Path) -> Path:
        return tmp_path / "keys" / "showrunner.key"

    @pytest.fixture
    def secrets(self, path: Path) -> Secrets:
        return KeyFileSecrets(path)

    @pytest.fixture
    def others(self, tmp_path: Path) -> Secrets:
        others = KeyFileSecrets(tmp_path / "other.key")
        others.seal("makes the key")
        return others

    def test_the_key_is_for_its_owner_alone(self, secrets: Secrets, path: Path) -> None:
        """The file is made with mode 600, and nothing unfinished stays beside it."""
        secrets.seal("abc")

        assert path.stat().st_mode & 0o777 == 0o600
        assert sorted(file.name for file in path.parent.iterdir()) == [
            "showrunner.key",
            "showrunner.key.lock",
        ]

    def test_a_key_that_others_may_read_is_refused(self, secrets: Secrets, path: Path) -> None:
        """The refusal gives the command that mends it."""
        secrets.seal("abc")
        path.chmod(0o640)

        with pytest.raises(SetupError, match=f"chmod 600 {path}"):
            KeyFileSecrets(path).seal("abc")

    def test_a_lost_key_is_not_replaced_by_opening(self, secrets: Secrets, path: Path) -> None:
        """Opening without the key says what is missing and makes no other key."""
        sealed = secrets.seal("abc")
        path.unlink()

        with pytest.raises(SetupError, match="missing"):
            KeyFileSecrets(path).open(sealed)
        assert not path.exists()

    def test_a_process_keeps_to_the_key_it_began_with(self, secrets: Secrets, path: Path) -> None:
        """A key file that is deleted under a running process is not quietly made anew."""
        secrets.seal("abc")
        path.unlink()

        assert secrets.open(secrets.seal("abc")) == "abc"
        assert not path.exists()

    def test_a_damaged_key_is_refused(self, secrets: Secrets, path: Path) -> None:
        """A key file of the wrong length is named, not used."""
        secrets.seal("abc")
        path.write_bytes(b"short")

        with pytest.raises(SetupError, match="5 bytes"):
            KeyFileSecrets(path).seal("abc")

    def test_processes_that_start_together_share_one_key(self, path: Path) -> None:
        """Of many that find no key, one makes it and all use it."""
        command = [sys.executable, "-c", SEAL_ONE, str(path)]
        starts = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(6)]
        sealed = [process.communicate(timeout=60)[0].strip() for process in starts]

        assert [KeyFileSecrets(path).open(text) for text in sealed] == ["abc"] * 6


@pytest.mark.aws
class TestKmsSecrets(SecretsContract):
    @pytest.fixture
    def client(self, aws: Callable[[str], Any]) -> Any:
        return aws("kms")

    @pytest.fixture
    def key_id(self, client: Any) -> str:
        return str(client.create_key(Description="showrunner tests")["KeyMetadata"]["KeyId"])

    @pytest.fixture
    def secrets(self, client: Any, key_id: str) -> Secrets:
        return KmsSecrets(key_id, client)

    @pytest.fixture
    def others(self, client: Any) -> Secrets:
        return KmsSecrets(client.create_key()["KeyMetadata"]["KeyId"], client)

    def test_another_process_opens_it(self, secrets: Secrets, client: Any, key_id: str) -> None:
        """The data key travels in the text: a process that never sealed can open it."""
        assert KmsSecrets(key_id, client).open(secrets.seal("abc")) == "abc"

    def test_a_purpose_opens_only_its_own(self, secrets: Secrets, client: Any, key_id: str) -> None:
        """What senders of webhooks share is sealed apart from the keys of connections."""
        webhooks = KmsSecrets(key_id, client, purpose="webhooks")

        assert webhooks.open(webhooks.seal("abc")) == "abc"
        for sealing, opening in ((secrets, webhooks), (webhooks, secrets)):
            sealed = sealing.seal("abc")
            fresh = KmsSecrets(key_id, client, "webhooks" if opening is webhooks else None)
            with pytest.raises(SetupError):
                fresh.open(sealed)

    def test_kms_is_asked_once_per_data_key(
        self, secrets: Secrets, client: Any, key_id: str
    ) -> None:
        """Sealing and opening many secrets costs one call to KMS each."""
        calls: list[str] = []
        remember = lambda model, **_: calls.append(model.name)  # noqa: E731
        client.meta.events.register("before-call.kms", remember)
        try:
            sealed = [secrets.seal(f"secret {number}") for number in range(5)]
            reader = KmsSecrets(key_id, client)
            assert [reader.open(text) for text in sealed] == [f"secret {n}" for n in range(5)]
        finally:
            client.meta.events.unregister("before-call.kms", remember)

        assert calls == ["GenerateDataKey", "Decrypt"]

    def test_a_key_that_does_not_exist_is_named(self, client: Any) -> None:
        """Sealing under a missing key says which one."""
        missing = "5f3c1a52-0000-4000-8000-000000000000"

        with pytest.raises(SetupError, match=missing):
            KmsSecrets(missing, client).seal("abc")
