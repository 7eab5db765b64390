import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from showrunner.adapters.aws.blobs import S3Blobs
from showrunner.adapters.files import FileBlobs
from showrunner.errors import InvalidInputError
from showrunner.ports.blobs import Blobs
from tests.contract.blobs_contract import BlobsContract

PROGRAMS = Path(__file__).parent / "programs"


class TestFileBlobs(BlobsContract):
    a_key_may_be_the_folder_of_another = False

    @pytest.fixture
    def root(self, tmp_path: Path) -> Path:
        return tmp_path / "blobs"

    @pytest.fixture
    def blobs(self, root: Path) -> Blobs:
        return FileBlobs(root)

    def test_processes_lose_no_update(self, root: Path, blobs: Blobs) -> None:
        """Conditional puts of several processes count right together."""
        blobs.put("counter", b"0")
        command = [sys.executable, str(PROGRAMS / "count_blob.py"), str(root), "40"]
        processes = [subprocess.Popen(command) for _ in range(4)]

        assert [process.wait(timeout=120) for process in processes] == [0] * 4
        counter = blobs.get("counter")
        assert counter is not None
        assert counter.data == b"160"

    def test_a_killed_writer_leaves_a_whole_blob(self, root: Path, blobs: Blobs) -> None:
        """Killed at any moment, a writer leaves the old or the new content, listed once."""
        kinds = {bytes([letter]) * 2_000_000 for letter in b"AB"}
        for pause_seconds in (0.002, 0.005, 0.011, 0.017, 0.031):
            command = [sys.executable, str(PROGRAMS / "write_forever.py"), str(root)]
            with subprocess.Popen(command, stdout=subprocess.PIPE) as writer:
                assert writer.stdout is not None
                assert writer.stdout.readline() == b"writing\n"
                time.sleep(pause_seconds)
                writer.send_signal(signal.SIGKILL)
            blob = blobs.get("k")
            assert blob is not None
            assert blob.data in kinds
            assert list(blobs.list()) == [blob.info]

    def test_what_a_killed_writer_left_is_cleared_after_a_day(
        self, root: Path, blobs: Blobs
    ) -> None:
        """Unfinished files are never listed; old ones are removed, a living writer's stay."""
        blobs.put("a/b", b"x")
        young, old = (root / "a" / f"~unfinished-{name}" for name in ("young", "old"))
        for path in (young, old):
            path.write_bytes(b"part")
        os.utime(old, (time.time() - 90_000,) * 2)

        assert [info.key for info in blobs.list()] == ["a/b"]
        assert (young.exists(), old.exists()) == (True, False)

    def test_a_refused_put_leaves_no_file_behind(self, root: Path, blobs: Blobs) -> None:
        """After conflicts and refusals, only the content and the lock are in the folder."""
        self.test_a_put_over_other_content_conflicts(blobs)

        assert sorted(path.name for path in root.iterdir()) == ["k", "~lock"]

    def test_a_key_that_is_a_folder_of_others_is_refused(self, blobs: Blobs) -> None:
        """A put never takes the place of a folder."""
        blobs.put("a/b", b"x")

        with pytest.raises(InvalidInputError, match="a cannot be a file"):
            blobs.put("a", b"y")
        assert [info.key for info in blobs.list()] == ["a/b"]

    def test_a_file_changed_by_hand_has_another_etag(self, root: Path, blobs: Blobs) -> None:
        """The etag is that of the content, also when somebody edits the file in place."""
        before = blobs.put("k", b"abc")
        (root / "k").write_bytes(b"abcd")
        after = blobs.stat("k")

        assert after is not None
        assert after.etag != before.etag
        assert after.etag == blobs.put("other", b"abcd").etag


@pytest.mark.aws
class TestS3Blobs(BlobsContract):
    @pytest.fixture
    def blobs(self, aws: Callable[[str], Any], unique_name: str) -> Iterator[Blobs]:
        client = aws("s3")
        client.create_bucket(Bucket=unique_name)
        client.put_object(Bucket=unique_name, Key="elsewhere/x", Body=b"not ours")
        yield S3Blobs(unique_name, "home/", client)
        for entry in client.list_objects_v2(Bucket=unique_name).get("Contents", []):
            client.delete_object(Bucket=unique_name, Key=entry["Key"])
        client.delete_bucket(Bucket=unique_name)
