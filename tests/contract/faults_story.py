"""What senders say of what became of some films."""

from pathlib import Path
from typing import Any

ITEM = "c5b5a0d1e2f34a5b8c7d6e5f4a3b2c1d"


def story(media: Path) -> list[tuple[str, dict[str, Any]]]:
    """A webhook for each thing that can become of a file: who is told what."""
    series = {"id": 17, "title": "Night Ferry", "path": str(media), "tvdbId": 410017}
    facts = {"id": 905, "relativePath": "new.mkv", "path": str(media / "new.mkv"), "size": 7}
    moved = {
        **facts,
        "id": 906,
        "relativePath": "renamed.mkv",
        "path": str(media / "renamed.mkv"),
        "previousRelativePath": "old.mkv",
        "previousPath": str(media / "old.mkv"),
    }
    gone = {**facts, "id": 907, "relativePath": "gone.mkv", "path": str(media / "gone.mkv")}
    episodes = [{"id": 2205, "episodeNumber": 5, "seasonNumber": 2, "title": "Slack Water"}]
    said = {"series": series, "instanceName": "Sonarr", "applicationUrl": ""}
    added = {
        "ServerId": "0a62b31f7f1a4fa8a0d9c5ad2f3c6f31",
        "ServerName": "Cellar",
        "ServerVersion": "10.10.7",
        "NotificationType": "ItemAdded",
        "UtcTimestamp": "2026-03-04T20:00:00.1234570Z",
        "Name": "The Long Harbour",
        "ItemId": ITEM,
        "ItemType": "Movie",
    }
    imported = {"episodes": episodes, "episodeFile": facts, "isUpgrade": False, "downloadId": "n1"}
    return [
        ("sonarr", {**said, **imported, "eventType": "Download"}),
        ("sonarr", {**said, "renamedEpisodeFiles": [moved], "eventType": "Rename"}),
        (
            "sonarr",
            {
                **said,
                "episodes": episodes,
                "episodeFile": gone,
                "deleteReason": "manual",
                "eventType": "EpisodeFileDelete",
            },
        ),
        ("jellyfin", added),
    ]
