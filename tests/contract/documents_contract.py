from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest

from showrunner.errors import ConflictError, InvalidInputError
from showrunner.ports.documents import ABSENT, Body, Delete, Documents, Put, each
from tests.fakes import FakeClock

BODIES: list[Body] = [
    {},
    {"text": "Amélie 🎬", "empty": "", "none": None, "yes": True, "no": False},
    {"int": -(2**53), "float": 0.1, "tiny": 5e-324, "huge": 1.7976931348623157e308, "one": 1.0},
    {"deep": [{"list": [1, [2, [3]]]}], "": "a name may be empty", "nul": "\x00\x1f"},
    {"path": "/tv/\udce9t\udce9.mkv"},
]
KEYS = ["a", "B", "a/b", "a b", "ä", "🎬", "日本", "\U0010ffff", "%_*?[x]", "k" * 1024]


class DocumentsContract:
    #: Increments that eight threads make together.
    increments = 200

    @pytest.fixture
    def again(self, documents: Documents) -> Callable[[], Documents]:
        """Makes another adapter over the same store, as another process would have."""
        raise NotImplementedError

    @pytest.mark.parametrize("body", BODIES)
    def test_a_body_comes_back_as_it_was(self, documents: Documents, body: Body) -> None:
        """Every JSON value keeps value and type: floats exactly, non-UTF-8 names too."""
        put = documents.put("c", "k", body)
        got = documents.get("c", "k")

        assert got == put
        assert repr(put.body) == repr(body)

    @pytest.mark.parametrize("key", KEYS)
    def test_any_text_is_a_key(self, documents: Documents, key: str) -> None:
        """A key may hold any character, and none acts as a pattern."""
        documents.put("c", key, {"n": 1})

        assert [document.key for document in documents.list("c")] == [key]
        assert [document.key for document in documents.list("c", prefix=key)] == [key]
        assert documents.get("c", key) == documents.list("c")[0]

    @pytest.mark.parametrize(
        ("collection", "key"), [("", "k"), ("c", ""), ("c", "k" * 1025), ("c", "\udce9")]
    )
    def test_an_unusable_address_is_refused(
        self, documents: Documents, collection: str, key: str
    ) -> None:
        """Empty, over-long and non-Unicode addresses are refused by every method alike."""
        calls: list[Callable[[], Any]] = [
            lambda: documents.get(collection, key),
            lambda: documents.put(collection, key, {}),
            lambda: documents.delete(collection, key),
            lambda: documents.write([Put(collection, key, {})]),
        ]
        for call in calls:
            with pytest.raises(InvalidInputError):
                call()

    @pytest.mark.parametrize("value", [float("nan"), float("inf"), b"bytes", {1, 2}, object()])
    def test_what_is_not_json_is_refused(self, documents: Documents, value: Any) -> None:
        """A value that JSON cannot carry is refused and nothing is written."""
        with pytest.raises(InvalidInputError):
            documents.put("c", "k", {"value": value})

        assert documents.get("c", "k") is None

    def test_a_large_body_fits_and_a_larger_one_is_refused(self, documents: Documents) -> None:
        """Almost 400 KB are kept; more is refused in every home, with the advice to use a blob."""
        documents.put("c", "k" * 1024, {"x": "a" * (390 * 1024 - 8)})

        with pytest.raises(InvalidInputError, match="blob"):
            documents.put("c", "k", {"x": "a" * (390 * 1024 - 7)})

    def test_nothing_there_is_none(self, documents: Documents) -> None:
        """A document that was never written, or is in another collection, is None."""
        documents.put("other", "k", {})

        assert documents.get("c", "k") is None

    def test_versions_count_writes(self, documents: Documents) -> None:
        """The first write makes version 1, each further one adds 1, whatever its condition."""
        versions = [
            documents.put("c", "k", {"n": 1}).version,
            documents.put("c", "k", {"n": 2}).version,
            documents.put("c", "k", {"n": 3}, version=2).version,
        ]
        documents.write([Put("c", "k", {"n": 4})])

        got = documents.get("c", "k")
        assert versions == [1, 2, 3]
        assert got is not None
        assert (got.body, got.version) == ({"n": 4}, 4)

    @pytest.mark.parametrize("version", [ABSENT, 1, 3])
    def test_a_put_over_another_version_conflicts(self, documents: Documents, version: int) -> None:
        """A put that expects another version than there is changes nothing."""
        documents.put("c", "k", {"n": 1})
        documents.put("c", "k", {"n": 2})

        with pytest.raises(ConflictError):
            documents.put("c", "k", {"n": 3}, version=version)
        got = documents.get("c", "k")
        assert got is not None
        assert (got.body, got.version) == ({"n": 2}, 2)

    def test_a_put_over_nothing_that_expects_something_conflicts(
        self, documents: Documents
    ) -> None:
        """A version is expected of a document that somebody deleted meanwhile."""
        with pytest.raises(ConflictError):
            documents.put("c", "k", {}, version=1)

        assert documents.get("c", "k") is None

    def test_absent_makes_a_document_once(self, documents: Documents) -> None:
        """Only the first of two that create a document succeeds."""
        documents.put("c", "k", {"by": "first"}, version=ABSENT)

        with pytest.raises(ConflictError):
            documents.put("c", "k", {"by": "second"}, version=ABSENT)

    def test_a_deleted_document_is_gone(self, documents: Documents) -> None:
        """Deleting takes away; deleting nothing is fine."""
        documents.put("c", "k", {})

        documents.delete("c", "k")
        documents.delete("c", "k")

        assert documents.get("c", "k") is None
        assert list(documents.list("c")) == []

    def test_a_delete_of_another_version_conflicts(self, documents: Documents) -> None:
        """A delete that names a version takes only that one."""
        documents.put("c", "k", {})

        with pytest.raises(ConflictError):
            documents.delete("c", "k", version=2)
        documents.delete("c", "k", version=1)
        with pytest.raises(ConflictError):
            documents.delete("c", "k", version=1)

    def test_a_write_does_all(self, documents: Documents) -> None:
        """Puts and deletes of several collections are done together."""
        documents.put("c", "old", {})

        documents.write(
            [
                Put("c", "new", {"n": 1}, version=ABSENT),
                Delete("c", "old", version=1),
                Put("d", "x", {}),
            ]
        )

        assert [document.key for document in documents.list("c")] == ["new"]
        assert [document.key for document in documents.list("d")] == ["x"]

    def test_a_write_does_all_or_nothing(self, documents: Documents) -> None:
        """One version that does not hold undoes the whole write."""
        documents.put("c", "kept", {"n": 1})

        with pytest.raises(ConflictError):
            documents.write(
                [Put("c", "new", {}), Delete("c", "kept"), Put("c", "missing", {}, version=4)]
            )
        assert [(document.key, document.body) for document in documents.list("c")] == [
            ("kept", {"n": 1})
        ]

    def test_a_write_takes_25_changes(self, documents: Documents) -> None:
        """25 changes are one write, 26 are refused, none is nothing."""
        changes = [Put("c", f"{number:02}", {}) for number in range(26)]
        documents.write([])
        documents.write(changes[:25])

        with pytest.raises(InvalidInputError):
            documents.write(changes)
        assert len(documents.list("c")) == 25

    def test_a_write_over_4_mb_is_refused(self, documents: Documents) -> None:
        """What DynamoDB would not take in one transaction is refused in every home."""
        changes = [Put("c", f"{number:02}", {"x": "a" * 300_000}) for number in range(14)]
        documents.write(changes[:13])

        with pytest.raises(InvalidInputError):
            documents.write(changes)

    def test_a_write_names_a_key_once(self, documents: Documents) -> None:
        """Two changes of one document in one write are refused."""
        with pytest.raises(InvalidInputError):
            documents.write([Put("c", "k", {}), Delete("c", "k")])

        assert documents.get("c", "k") is None

    def test_adding_many_leaves_what_is_there(self, documents: Documents, clock: FakeClock) -> None:
        """A call that was cut short is made again: what it stored, or others changed, stays."""
        documents.put("c", "key-03", {"n": "mine"})
        documents.put("c", "key-04", {"n": "old"}, expires_at=clock.now() + timedelta(seconds=5))
        clock.advance(6)

        documents.add_all("c", {f"key-{n:02d}": {"n": n} for n in range(60)})
        documents.add_all("c", {f"key-{n:02d}": {"n": "late"} for n in range(60)})

        found = documents.list("c")
        assert [document.body["n"] for document in found] == [0, 1, 2, "mine", *range(4, 60)]
        assert {document.version for document in found} == {1}
        assert {document.expires_at for document in found} == {None}

    def test_adding_refuses_what_is_no_document(self, documents: Documents) -> None:
        """As any write does."""
        with pytest.raises(InvalidInputError):
            documents.add_all("c", {"k": {"n": float("nan")}})
        with pytest.raises(InvalidInputError):
            documents.add_all("c", {"": {}})

    def test_keys_order_by_their_utf8_bytes(self, documents: Documents) -> None:
        """A list is in the order of the keys' UTF-8 bytes, backwards when asked."""
        for key in KEYS:
            documents.put("c", key, {})

        in_order = sorted(KEYS, key=lambda key: key.encode())
        assert [document.key for document in documents.list("c")] == in_order
        backwards = documents.list("c", newest_first=True)
        assert [document.key for document in backwards] == in_order[::-1]

    @pytest.mark.parametrize("newest_first", [False, True])
    @pytest.mark.parametrize("prefix", ["", "b"])
    def test_pages_join_without_gap_or_overlap(
        self, documents: Documents, prefix: str, newest_first: bool
    ) -> None:
        """Pages by `after` give every document once, whatever the direction."""
        documents.write([Put("c", f"{letter}{n}", {}) for letter in "abc" for n in range(5)])
        wanted = sorted(
            (f"{letter}{n}" for letter in "abc" for n in range(5) if letter.startswith(prefix)),
            reverse=newest_first,
        )
        found: list[str] = []
        while page := documents.list(
            "c",
            prefix=prefix,
            after=found[-1] if found else None,
            limit=2,
            newest_first=newest_first,
        ):
            found += [document.key for document in page]

        assert found == wanted

    @pytest.mark.parametrize(
        ("after", "newest_first", "expected"),
        [("a9", False, 3), ("c", False, 0), ("c", True, 3), ("a9", True, 0), ("b", True, 0)],
    )
    def test_a_page_may_start_outside_its_prefix(
        self, documents: Documents, after: str, newest_first: bool, expected: int
    ) -> None:
        """`after` may be any text: what lies behind it in the order asked for is given."""
        documents.write([Put("c", key, {}) for key in ("a1", "b1", "b2", "b3", "c1")])

        page = documents.list("c", prefix="b", after=after, newest_first=newest_first)

        assert len(page) == expected

    @pytest.mark.parametrize("limit", [0, -1])
    def test_a_limit_below_one_gives_nothing(self, documents: Documents, limit: int) -> None:
        """No documents asked for, no documents given."""
        documents.put("c", "k", {})

        assert list(documents.list("c", limit=limit)) == []

    def test_each_reads_a_whole_collection(self, documents: Documents) -> None:
        """`each` goes over page ends: 410 documents come in order, each once."""
        keys = [f"{number:04}" for number in range(410)]
        for start in range(0, len(keys), 25):
            documents.write([Put("c", key, {}) for key in keys[start : start + 25]])

        assert [document.key for document in each(documents, "c")] == keys

    def test_an_expired_document_is_gone(self, documents: Documents, clock: FakeClock) -> None:
        """From its expiry on, a document is neither got nor listed."""
        expires_at = clock.now() + timedelta(seconds=10)
        put = documents.put("c", "k", {}, expires_at=expires_at)
        documents.put("c", "stays", {})
        clock.advance(9)
        before = documents.get("c", "k")
        clock.advance(1)

        assert put.expires_at == expires_at
        assert before == put
        assert documents.get("c", "k") is None
        assert [document.key for document in documents.list("c")] == ["stays"]

    def test_an_expired_document_is_absent_to_writers(
        self, documents: Documents, clock: FakeClock
    ) -> None:
        """After its expiry, a document can be created anew, and not be written over."""
        documents.put("c", "k", {}, expires_at=clock.now() + timedelta(seconds=1))
        documents.put("c", "k", {}, version=1, expires_at=clock.now() + timedelta(seconds=1))
        clock.advance(2)

        with pytest.raises(ConflictError):
            documents.put("c", "k", {}, version=2)
        with pytest.raises(ConflictError):
            documents.delete("c", "k", version=2)
        assert documents.put("c", "k", {"new": True}, version=ABSENT).version == 1

    def test_a_put_without_expiry_takes_the_old_one_away(
        self, documents: Documents, clock: FakeClock
    ) -> None:
        """The expiry belongs to one write: the next says its own, or none."""
        documents.put("c", "k", {}, expires_at=clock.now() + timedelta(seconds=1))
        documents.put("c", "k", {})
        clock.advance(5)

        got = documents.get("c", "k")
        assert got is not None
        assert got.expires_at is None

    def test_expired_documents_do_not_shorten_a_page(
        self, documents: Documents, clock: FakeClock
    ) -> None:
        """A page is full as long as there are living documents, however many dead lie between."""
        soon = clock.now() + timedelta(seconds=1)
        documents.write([Put("c", f"{n:02}", {}, expires_at=soon) for n in range(20)])
        documents.write([Put("c", f"{n:02}", {}) for n in range(20, 25)])
        clock.advance(2)

        assert [document.key for document in documents.list("c", limit=2)] == ["20", "21"]

    def test_an_expiry_is_kept_to_the_second_rounded_up(
        self, documents: Documents, clock: FakeClock
    ) -> None:
        """A document never goes earlier than asked, and at most a second later."""
        put = documents.put("c", "k", {}, expires_at=clock.now() + timedelta(seconds=1.25))

        assert put.expires_at == clock.now() + timedelta(seconds=2)
        assert documents.get("c", "k") == put

    def test_an_expiry_without_time_zone_is_refused(self, documents: Documents) -> None:
        """A naive time would mean another moment on every machine."""
        with pytest.raises(InvalidInputError):
            documents.put("c", "k", {}, expires_at=datetime(2030, 1, 1))  # noqa: DTZ001

    def test_eight_writers_lose_no_update(self, again: Callable[[], Documents]) -> None:
        """Read, add one, write over that version: every success counts exactly once."""
        again().put("c", "counter", {"n": 0})

        def add(count: int) -> None:
            mine = again()
            while count:
                present = mine.get("c", "counter")
                assert present is not None
                try:
                    mine.put("c", "counter", {"n": present.body["n"] + 1}, version=present.version)
                    count -= 1
                except ConflictError:
                    continue

        with ThreadPoolExecutor(8) as threads:
            list(threads.map(add, [self.increments // 8] * 8))

        counter = again().get("c", "counter")
        assert counter is not None
        assert counter.body == {"n": self.increments}
        assert counter.version == self.increments + 1

    def test_of_eight_that_create_one_succeeds(self, again: Callable[[], Documents]) -> None:
        """Creating a document is won by exactly one of many."""

        def create(number: int) -> bool:
            try:
                again().put("c", "k", {"by": number}, version=ABSENT)
            except ConflictError:
                return False
            return True

        with ThreadPoolExecutor(8) as threads:
            assert sorted(threads.map(create, range(8))) == [False] * 7 + [True]
