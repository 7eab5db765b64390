"""What was counted of plays and libraries, as it is kept."""

from pydantic import BaseModel, ConfigDict


class PlayCount(BaseModel):
    """
    Of one server and media type. `plays` and `watch_seconds` are all that ever came,
    `present_...` what there was when it was last counted.
    """

    model_config = ConfigDict(frozen=True)

    connection_id: str
    media_type: str
    plays: int
    watch_seconds: int
    present_plays: int
    present_watch_seconds: int


class LibraryCount(BaseModel):
    """What a library holds now, by media type; files of unknown size add no bytes."""

    model_config = ConfigDict(frozen=True)

    connection_id: str
    library: str
    media_type: str
    items: int
    size_bytes: int


class Counts(BaseModel):
    """
    As they are kept. `version` is that of the plays and libraries that were counted, `rules`
    that of which plays count.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    version: str = ""
    rules: str = ""
    plays: list[PlayCount] = []
    libraries: list[LibraryCount] = []
