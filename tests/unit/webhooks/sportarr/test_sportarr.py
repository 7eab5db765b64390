import pytest
from pydantic import ValidationError

from showrunner.events.models import EventKind, Report
from showrunner.webhooks.sportarr import events_from

TITLE = "Harbour Cup 2026-03-04 Reds vs Blues"
FOLDER = "/sports/Harbour Cup"


def said(kind, word, **more):
    return Report(kind, "sportarr", word, **more)


EXPECTED = {
    "download": [
        said(
            EventKind.ADDED,
            "Download",
            title=TITLE,
            path=f"{FOLDER}/reds-blues.mkv",
            item_ids={"sportarr_event_id": "7"},
            size_bytes=5000,
            identity=("file", "31", "5000", ""),
        )
    ],
    "episode_file_delete": [
        said(
            EventKind.DELETED,
            "EpisodeFileDelete",
            title=TITLE,
            path=f"{FOLDER}/{name}.mkv",
            size_bytes=size_bytes,
        )
        for name, size_bytes in (("part1", 111), ("part2", 222))
    ],
    "series_delete": [
        said(EventKind.NOTED, "SeriesDelete", title=TITLE, item_ids={"sportarr_event_id": "7"})
    ],
    "flat_download": [
        said(
            EventKind.ADDED,
            "Download",
            title="Something happened",
            path=f"{FOLDER}/reds-blues.mkv",
        )
    ],
    "flat_delete": [
        said(EventKind.DELETED, "EpisodeFileDelete", title=TITLE, path=f"{FOLDER}/reds-blues.mkv")
    ],
    "test": [said(EventKind.TEST, "Test")],
    "health": [said(EventKind.NOTED, "Health")],
}


@pytest.mark.parametrize("name", EXPECTED)
def test_what_a_payload_reports(payload, name):
    """Sonarr's shapes and Sportarr's own become reports under Sportarr's name."""
    assert events_from(payload(name)) == EXPECTED[name]


@pytest.mark.parametrize(
    "change", [{}, {"filePath": "relative.mkv"}, {"filePath": ""}, {"filePath": None}]
)
def test_a_download_without_a_usable_path_is_refused(payload, change):
    """The refusal names what Sonarr's shape lacks, since that is the usual way."""
    with pytest.raises(ValidationError) as refusal:
        events_from(payload("without_path") | change)

    assert refusal.value.errors()[0]["loc"] == ("episodeFile",)


def test_a_deletion_of_no_file_is_refused(payload):
    """It says that files are gone, and names none."""
    with pytest.raises(ValidationError):
        events_from(payload("episode_file_delete") | {"deletedFiles": []})
