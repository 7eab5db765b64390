from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from showrunner.errors import ConflictError, InvalidInputError
from showrunner.ports.blobs import Blobs

BAD_KEYS = [
    "",
    "/",
    "/a",
    "a/",
    "a//b",
    ".",
    "..",
    "a/../b",
    "../etc/passwd",
    "a b",
    "a\\b",
    "ä",
    "a\n",
    "a\x00",
    "C:",
    "~lock",
    "n" * 201,
    "/".join(["n" * 100] * 9),
]


class BlobsContract:
    #: False where a key cannot at once be the folder of another key (files).
    a_key_may_be_the_folder_of_another = True

    @pytest.mark.parametrize("data", [b"", b"abc", bytes(range(256)) * 8192])
    def test_content_comes_back_as_it_was(self, blobs: Blobs, data: bytes) -> None:
        """Any bytes come back, with their size, under the etag that the put gave."""
        info = blobs.put("previews/abc/strip_1.v=2-x.jpg", data)
        blob = blobs.get("previews/abc/strip_1.v=2-x.jpg")

        assert blob is not None
        assert blob.data == data
        assert (blob.info.size_bytes, blob.info.etag) == (len(data), info.etag)
        assert info.key == blob.info.key == "previews/abc/strip_1.v=2-x.jpg"

    def test_nothing_there_is_none(self, blobs: Blobs) -> None:
        """An absent key, and one that is only the folder of others, hold nothing."""
        blobs.put("a/b/c", b"x")

        assert [blobs.get(key) for key in ("a", "a/b", "z", "a/b/c/d")] == [None] * 4
        assert [blobs.stat(key) for key in ("a", "a/b", "z", "a/b/c/d")] == [None] * 4

    @pytest.mark.parametrize("key", BAD_KEYS)
    def test_a_bad_key_is_refused(self, blobs: Blobs, key: str) -> None:
        """A key that leaves the store or that some home cannot hold is refused by every method."""
        for call in (blobs.get, blobs.stat, blobs.delete, lambda key: blobs.put(key, b"x")):
            with pytest.raises(InvalidInputError):
                call(key)

        assert list(blobs.list()) == []

    def test_facts_agree(self, blobs: Blobs) -> None:
        """Get, stat and list tell the same of one blob; its time is aware, UTC and recent."""
        put = blobs.put("a/b", b"abc")
        blob = blobs.get("a/b")
        (listed,) = blobs.list()

        assert blob is not None
        assert blob.info == blobs.stat("a/b")
        assert (listed.key, listed.size_bytes, listed.etag) == ("a/b", 3, put.etag)
        assert put.modified_at.tzinfo is UTC
        assert abs(datetime.now(UTC) - listed.modified_at) < timedelta(minutes=5)

    def test_the_etag_changes_with_the_content(self, blobs: Blobs) -> None:
        """Another content of the same length, written at once, has another etag."""
        etags = {blobs.put("k", content).etag for content in (b"one", b"two", b"six")}
        info = blobs.stat("k")

        assert info is not None
        assert len(etags) == 3
        assert info.etag in etags

    def test_a_put_replaces(self, blobs: Blobs) -> None:
        """A second put leaves nothing of the first, be it shorter."""
        blobs.put("k", b"a long content")
        blobs.put("k", b"short")
        blob = blobs.get("k")

        assert blob is not None
        assert blob.data == b"short"

    def test_a_put_over_the_expected_content_succeeds(self, blobs: Blobs) -> None:
        """The etag of what is there lets the put through, from put, get, stat and list alike."""

        info = blobs.put("k", b"created", etag="")
        stated = blobs.stat("k")
        assert stated is not None
        assert stated.etag == info.etag
        blobs.put("k", b"over stat", etag=stated.etag)
        blobs.put("k", b"over list", etag=next(blobs.list("k")).etag)
        blob = blobs.get("k")
        assert blob is not None
        assert blob.data == b"over list"
        blobs.put("k", b"over get", etag=blob.info.etag)

    def test_a_put_over_other_content_conflicts(self, blobs: Blobs) -> None:
        """An etag that is out of date changes nothing."""
        old = blobs.put("k", b"old")
        blobs.put("k", b"new")

        for etag in (old.etag, ""):
            with pytest.raises(ConflictError):
                blobs.put("k", b"newest", etag=etag)
        blob = blobs.get("k")
        assert blob is not None
        assert blob.data == b"new"

    def test_a_put_over_content_that_is_gone_conflicts(self, blobs: Blobs) -> None:
        """An etag expects something: after a delete, it does not hold."""
        old = blobs.put("k", b"old")
        blobs.delete("k")

        with pytest.raises(ConflictError):
            blobs.put("k", b"new", etag=old.etag)
        assert blobs.get("k") is None

    def test_deleting_twice_is_fine(self, blobs: Blobs) -> None:
        """What is deleted is gone; deleting nothing, or a folder of others, does nothing."""
        blobs.put("a/b", b"x")

        for key in ("z", "z/y", "a", "a/b", "a/b"):
            blobs.delete(key)
            left = [info.key for info in blobs.list()]
            assert left == ([] if key == "a/b" else ["a/b"])

    def test_a_list_is_in_key_order(self, blobs: Blobs) -> None:
        """Keys come in the order of their characters, folders do not matter."""
        keys = ["a-b", "a.b", "a/b", "a/b-c", "a/b.c/d", "a/c/d", "a0", "a=b", "aB", "a_b", "B"]
        for key in reversed(keys):
            blobs.put(key, b"x")

        assert [info.key for info in blobs.list()] == sorted(keys)

    @pytest.mark.parametrize(
        ("prefix", "expected"),
        [
            ("a/", ["a/b1", "a/b2", "a/c/d"]),
            ("a/b", ["a/b1", "a/b2"]),
            ("a", ["a/b1", "a/b2", "a/c/d", "ab"]),
            ("a/c/d", ["a/c/d"]),
            ("a/c/d/", []),
            ("z", []),
            ("/", []),
            ("../", []),
            ("a//", []),
        ],
    )
    def test_a_list_begins_with_its_prefix(
        self, blobs: Blobs, prefix: str, expected: list[str]
    ) -> None:
        """A prefix may end anywhere in a name, and one that is no key finds nothing."""
        for key in ("a/b1", "a/b2", "a/c/d", "ab", "b"):
            blobs.put(key, b"x")

        assert [info.key for info in blobs.list(prefix)] == expected

    def test_a_key_beside_its_own_folder(self, blobs: Blobs) -> None:
        """`a` and `a/b` may both exist, or the second is refused: nothing is overwritten."""
        blobs.put("a", b"file")
        if self.a_key_may_be_the_folder_of_another:
            blobs.put("a/b", b"below")
        else:
            with pytest.raises(InvalidInputError):
                blobs.put("a/b", b"below")
        blob = blobs.get("a")

        assert blob is not None
        assert blob.data == b"file"

    def test_eight_writers_lose_no_update(self, blobs: Blobs) -> None:
        """Read, add one, write over that etag: every success counts exactly once."""
        blobs.put("counter", b"0")

        def add(count: int) -> None:
            while count:
                blob = blobs.get("counter")
                assert blob is not None
                try:
                    blobs.put("counter", b"%d" % (int(blob.data) + 1), etag=blob.info.etag)
                    count -= 1
                except ConflictError:
                    continue

        with ThreadPoolExecutor(8) as threads:
            list(threads.map(add, [5] * 8))
        blob = blobs.get("counter")

        assert blob is not None
        assert blob.data == b"40"

    def test_readers_never_see_a_part(self, blobs: Blobs) -> None:
        """While a blob is replaced again and again, each read gives one whole content."""
        whole = {bytes([letter]) * 300_000 for letter in b"ABC"}
        blobs.put("k", b"A" * 300_000)

        def write(number: int) -> None:
            for _ in range(5):
                blobs.put("k", b"ABC"[number % 3 : number % 3 + 1] * 300_000)

        with ThreadPoolExecutor(3) as threads:
            writes = [threads.submit(write, number) for number in range(3)]
            while not all(task.done() for task in writes):
                blob = blobs.get("k")
                assert blob is not None
                assert blob.data in whole
            assert [task.result() for task in writes] == [None] * 3
