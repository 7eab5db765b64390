"""What a person reads in the log about deliveries."""

import logging

import pytest


def lines_of(caplog):
    return [record.getMessage() for record in caplog.records]


@pytest.mark.parametrize(
    ("address", "body", "line"),
    [
        ("custom", {"file_path": "/media/a.mkv"}, "webhook: custom added: /media/a.mkv"),
        ("custom", {"file_path": "/a.mkv", "title": "Up"}, "webhook: custom added: Up"),
        ("custom", {"eventType": "Test"}, "webhook: custom test"),
        ("plex", {"event": "media.pause", "Account": {"id": 1}}, "webhook: plex paused"),
        (
            "plex",
            {"event": "library.new", "Metadata": {"ratingKey": "7", "type": "movie"}},
            "webhook: plex added: 7",
        ),
    ],
)
def test_each_new_event_has_a_line_with_what_is_known(deliver, caplog, address, body, line):
    """A title, else a path, else the server's id; a word for nothing is not written."""
    with caplog.at_level(logging.INFO, "showrunner"):
        deliver(address, body)

    assert line in lines_of(caplog)


@pytest.mark.parametrize("field", ["title", "file_path"])
def test_no_sender_writes_lines_of_its_own(deliver, caplog, field):
    """A title or a path with a new line in it would look like another entry of the log."""
    body = {"file_path": "/media/a.mkv"} | {field: "/media/a\n15:00:00 ERROR\x1b[31m forged"}

    with caplog.at_level(logging.INFO, "showrunner"):
        deliver("custom", body)

    assert lines_of(caplog) == ["webhook: custom added: /media/a 15:00:00 ERROR [31m forged"]


def test_a_title_is_one_line_and_a_path_stays_as_it_is(deliver, stored):
    """Titles become names of jobs; a path must be found on the disk again."""
    deliver("custom", {"file_path": "/media/a\nb.mkv", "title": "A\r\nB\u2028"})

    (event,) = stored()[0]
    assert (event["title"], event["path"]) == ("A B", "/media/a\nb.mkv")
