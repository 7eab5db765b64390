"""JSON as other programs write it."""

import pytest

from showrunner.json_text import parse_json


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('{"title": "a\\ud83d"}', {"title": "a?"}),
        ('["\\uDE00b"]', ["?b"]),
        (b'["\\ud83d\\ude00"]', ["\N{GRINNING FACE}"]),
        ('["\\\\ud83d"]', ["\\ud83d"]),
        (b'\xef\xbb\xbf{"size": 12345678901234567890}', {"size": 12345678901234567890}),
    ],
)
def test_half_a_character_becomes_a_question_mark(text: str | bytes, found: object) -> None:
    """A program that cuts texts in two leaves one; no file and no page could hold it."""
    assert parse_json(text) == found
    assert str(parse_json(text)).encode()


@pytest.mark.parametrize("text", ["[" * 100_000, b'{"a": "\xed\xa0\x80"}', "{", b"\xff"])
def test_what_cannot_be_read_is_no_json(text: str | bytes) -> None:
    """Nested without end, bytes that are no text, cut off: one error for all."""
    with pytest.raises(ValueError, match=r"nested|decode|Expecting"):
        parse_json(text)
