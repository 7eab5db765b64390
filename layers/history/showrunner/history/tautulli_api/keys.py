"""Rating keys of shows and seasons: plays name them by their titles alone, so they get numbers."""

from showrunner.history.tautulli_api.numbers import number_of


def show_number(connection_id: str, series_title: str | None) -> int | None:
    """Of a show, or of an artist, on one server; None without a title."""
    return number_of("show", connection_id, series_title) if series_title else None


def season_number(connection_id: str, series_title: str | None, season: int | None) -> int | None:
    """Of one season of it; None without its number."""
    if not series_title or season is None:
        return None
    return number_of("season", connection_id, series_title, season)
