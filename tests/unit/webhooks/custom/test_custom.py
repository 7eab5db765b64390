import pytest
from pydantic import ValidationError

from showrunner.events.models import EventKind, Report
from showrunner.webhooks.custom import MAX_PATHS, events_from


def added(path, title="", word="Paths"):
    return Report(EventKind.ADDED, "custom", word, title=title, path=path)


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        ({"file_path": "/media/a.mkv"}, [added("/media/a.mkv")]),
        ({"path": "/media/a.mkv"}, [added("/media/a.mkv")]),
        ({"file_path": "D:\\media\\a.mkv"}, [added("D:\\media\\a.mkv")]),
        ({"file_path": "d:/media/a.mkv"}, [added("d:/media/a.mkv")]),
        ({"file_path": "\\\\nas\\tv\\a.mkv"}, [added("\\\\nas\\tv\\a.mkv")]),
        (
            {"file_paths": ["/media/a.mkv", "/media/b.mkv"], "title": "Two"},
            [added("/media/a.mkv", "Two"), added("/media/b.mkv", "Two")],
        ),
        (
            {"file_path": "/media/a.mkv", "file_paths": ["/media/b.mkv", "/media/a.mkv"]},
            [added("/media/a.mkv"), added("/media/b.mkv")],
        ),
        (
            {"file_path": "/media/a.mkv", "eventType": "Transcoded", "worker": 3},
            [added("/media/a.mkv", word="Transcoded")],
        ),
        ({"eventType": "Test"}, [Report(EventKind.TEST, "custom", "Test")]),
        ({"eventType": "test"}, [Report(EventKind.TEST, "custom", "test")]),
    ],
)
def test_what_a_payload_reports(payload, expected):
    """Every path is one report, in the order sent, each once."""
    assert events_from(payload) == expected


@pytest.mark.parametrize(
    ("payload", "field"),
    [
        ({}, ("file_path or file_paths",)),
        ({"title": "Nothing"}, ("file_path or file_paths",)),
        ({"file_paths": []}, ("file_path or file_paths",)),
        ({"file_path": 7}, ("file_path",)),
        ({"file_path": ""}, ("file_path",)),
        ({"file_path": ["/media/a.mkv"]}, ("file_path",)),
        ({"file_path": "media/a.mkv"}, ("file_path",)),
        ({"file_path": "D:a.mkv"}, ("file_path",)),
        ({"file_path": "http://nas/a.mkv"}, ("file_path",)),
        ({"file_path": "/media/a\0.mkv"}, ("file_path",)),
        ({"file_path": "/media/\ud800.mkv"}, ("file_path",)),
        ({"file_path": "/" + "a" * 4096}, ("file_path",)),
        ({"path": "./a.mkv"}, ("path",)),
        ({"file_paths": "a.mkv"}, ("file_paths", 0)),
        ({"file_paths": {"a": 1}}, ("file_paths",)),
        ({"file_paths": ["/media/a.mkv", None]}, ("file_paths", 1)),
        ({"file_paths": ["/media/a.mkv", "b.mkv"]}, ("file_paths", 1)),
        ({"file_paths": [f"/media/{n}.mkv" for n in range(MAX_PATHS + 1)]}, ("file_paths",)),
        ({"file_path": "/media/a.mkv", "title": {"a": 1}}, ("title",)),
    ],
)
def test_a_bad_path_is_refused_by_name(payload, field):
    """Only absolute paths in texts are taken, at least one and at most a thousand."""
    with pytest.raises(ValidationError) as refusal:
        events_from(payload)

    assert refusal.value.errors()[0]["loc"] == field


def test_a_thousand_paths_are_taken():
    """The limit itself is allowed."""
    assert len(events_from({"file_paths": [f"/m/{n}.mkv" for n in range(MAX_PATHS)]})) == MAX_PATHS
