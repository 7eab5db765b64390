"""`LibraryOptions` of the emulated Jellyfin and Emby: replaced as a whole, as in life."""

from collections.abc import Mapping
from typing import Any

_SHARED = {
    "EnablePhotos": True,
    "EnableRealtimeMonitor": False,
    "EnableChapterImageExtraction": False,
    "ExtractChapterImagesDuringLibraryScan": False,
    "SaveLocalMetadata": False,
    "EnableAutomaticSeriesGrouping": False,
    "EnableEmbeddedTitles": False,
    "AutomaticRefreshIntervalDays": 0,
    "PreferredMetadataLanguage": "en",
    "MetadataCountryCode": "US",
    "MetadataSavers": [],
    "TypeOptions": [],
}
JELLYFIN: Mapping[str, Any] = {
    **_SHARED,
    "Enabled": True,
    "EnableLUFSScan": True,
    "EnableTrickplayImageExtraction": False,
    "ExtractTrickplayImagesDuringLibraryScan": False,
    "SaveTrickplayWithMedia": False,
    "EnableInternetProviders": False,
    "SeasonZeroDisplayName": "Specials",
}
EMBY: Mapping[str, Any] = {
    **_SHARED,
    "EnableMarkerDetection": False,
    "SaveLocalThumbnailSets": False,
    "CacheImages": False,
    "ThumbnailImagesIntervalSeconds": -1,
    "SampleIgnoreSize": 314572800,
}


class LibraryOptions:
    """
    The options of each library, by its id.

    `defaults` are those that a library gets for what a request leaves out;
    `chosen` is what the owner of the demo has set at first.
    """

    def __init__(self, defaults: Mapping[str, Any], chosen: Mapping[str, Any]) -> None:
        self._defaults, self._chosen = defaults, chosen
        self._by_library: dict[str, dict[str, Any]] = {}

    def of(self, library_id: str, locations: list[str]) -> dict[str, Any]:
        """In the shape of `LibraryOptions`."""
        found = self._by_library.get(library_id, {**self._defaults, **self._chosen})
        return {**found, "PathInfos": [{"Path": location} for location in locations]}

    def replace(self, library_id: str, given: Mapping[str, Any]) -> None:
        """What is left out of `given` is back at its default."""
        kept = {name: value for name, value in given.items() if name in self._defaults}
        self._by_library[library_id] = {**self._defaults, **kept}
