"""An invented household for large histories: 30 people, what they own and what they play it on."""

import hashlib
import random
from collections.abc import Iterator
from dataclasses import dataclass

from showrunner.demo.streams import Way, film_source, music_source
from showrunner.demo.tautulli_rows import Watched
from showrunner.demo.tautulli_schema import Row

PEOPLE = 30
FILMS, SHOWS, ALBUMS = 900, 80, 120
SECTIONS = {1: ("Movies", "movie"), 2: ("TV Shows", "show"), 3: ("Music", "artist")}
_FIRST_NAMES = (  # noqa: SIM905  one word a line would fill a page
    "Ada Bela Cleo Dara Emil Faye Gita Hugo Ines Jonas Kaia Lars Maren Nils Oona "
    "Pavel Quinn Rosa Sami Tilda Ugo Vera Wim Xenia Yara Zoran Alma Bruno Celia Dov"
).split()
_ADJECTIVES = (  # noqa: SIM905  one word a line would fill a page
    "Amber Hollow Distant Velvet Copper Winter Borrowed Paper Silent Crooked Golden Restless "
    "Northern Glass Broken Hidden Scarlet Patient Electric Drowned Lucky Feral Pale Secret Tidal"
).split()
_NOUNS = (  # noqa: SIM905  one word a line would fill a page
    "Meridian Orchard Signal Harbour Comet Cartographer Tide Lantern Valley Engine Sparrow Archive "
    "Winter Kingdom Station Mirror Ferry Garden Protocol Horizon Bakery Circus Glacier Summit"
).split()
_GENRES = ("Drama", "Comedy", "Thriller", "Documentary", "Animation", "Science Fiction")
_PLAYERS = (
    ("Living Room", "Plex for LG", "webOS", "6.3.2", (Way.DIRECT_PLAY, Way.SOUND)),
    ("Phone", "Plex for iOS", "iOS", "17.5", (Way.HARDWARE, Way.SOFTWARE, Way.DIRECT_PLAY)),
    ("Chrome", "Plex Web", "Chrome", "126.0", (Way.REMUX, Way.SOFTWARE, Way.BURN)),
    ("Shield", "Plex for Android (TV)", "Android", "11", (Way.DIRECT_PLAY,)),
    ("Tablet", "Plex for Android (Mobile)", "Android", "14", (Way.DIRECT_PLAY, Way.HARDWARE)),
    ("Roku Ultra", "Plex for Roku", "Roku", "13.0", (Way.DIRECT_PLAY, Way.REMUX, Way.SOUND)),
)
_FIRST_KEY = 1000


@dataclass(frozen=True, slots=True)
class Device:
    """A player of one person; `ways` are those in which it is served, the usual one first."""

    number: int
    person: int
    name: str
    product: str
    platform: str
    platform_version: str
    ways: tuple[Way, ...]

    def row(self, *, is_remote: bool) -> Row:
        """Its columns of `session_history`, at home or away."""
        lan = f"192.168.{self.person % 4}.{20 + self.number % 200}"
        return {
            "user_id": user_id(self.person),
            "user": user_name(self.person),
            "ip_address": f"198.51.100.{self.person + 10}" if is_remote else lan,
            "player": self.name,
            "product": self.product,
            "product_version": "5.90.1",
            "platform": self.platform,
            "platform_version": self.platform_version,
            "profile": self.product,
            "machine_id": _digest(f"device {self.number}")[:24],
            "bandwidth": 9000,
            "location": "wan" if is_remote else "lan",
            "quality_profile": "Original",
            "secure": 1,
            "relayed": 0,
        }


def user_id(person: int) -> int:
    """As plex.tv numbers them; the first person owns the server."""
    return 1_200_345 + person * 104_729


def user_name(person: int) -> str:
    return f"{_FIRST_NAMES[person % len(_FIRST_NAMES)].lower()}{person:02}"


def user_rows(people: int) -> Iterator[Row]:
    """The table `users`; its first row is one that Tautulli makes for itself."""
    yield _user_row(0, "Local", "", is_admin=False)
    for person in range(people):
        name = user_name(person)
        email = f"{name}@example.net"
        yield _user_row(user_id(person), name, email, is_admin=person == 0)


def _user_row(number: int, name: str, email: str, *, is_admin: bool) -> Row:
    return {
        "user_id": number,
        "username": name,
        "friendly_name": name.rstrip("0123456789").title(),
        "email": email,
        "is_admin": int(is_admin),
        "is_home_user": int(is_admin),
        "shared_libraries": ";".join(map(str, SECTIONS)),
    }


def section_rows(server_id: str) -> Iterator[Row]:
    counts = {1: (FILMS, None), 2: (SHOWS, None), 3: (ALBUMS, None)}
    for number, (name, kind) in SECTIONS.items():
        yield {
            "server_id": server_id,
            "section_id": number,
            "section_name": name,
            "section_type": kind,
            "agent": f"tv.plex.agents.{'series' if kind == 'show' else 'movie'}",
            "count": counts[number][0],
        }


def devices(people: int, dice: random.Random) -> list[list[Device]]:
    """One to four for each person."""
    found: list[list[Device]] = []
    number = 0
    for person in range(people):
        kinds = dice.sample(_PLAYERS, dice.randint(1, 4))
        found.append([Device(number + at, person, *kind) for at, kind in enumerate(kinds)])
        number += len(kinds)
    return found


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All titles; `films`, `tracks` and each of `shows` are places in `items`, in order."""

    items: list[Watched]
    films: range
    shows: list[range]
    tracks: range


def catalogue(added_at: int) -> Catalogue:
    """The same on every call; all of it was there at `added_at`."""
    items = [_film(number, added_at) for number in range(FILMS)]
    films = range(len(items))
    shows: list[range] = []
    for number in range(SHOWS):
        episodes = list(_episodes(number, added_at))
        shows.append(range(len(items), len(items) + len(episodes)))
        items += episodes
    start = len(items)
    for number in range(ALBUMS):
        items += _tracks(number, added_at)
    return Catalogue(items, films, shows, range(start, len(items)))


def _film(number: int, added_at: int) -> Watched:
    title = _name(number)
    return Watched(
        rating_key=_FIRST_KEY + number,
        media_type="movie",
        title=title,
        guid=f"plex://movie/{_digest(title)[:24]}",
        section_id=1,
        duration_ms=(80 + number * 7 % 75) * 60_000,
        added_at=added_at,
        source=film_source(number),
        year=1970 + number * 13 % 55,
        summary=_summary(title),
        genres=(_GENRES[number % len(_GENRES)],),
    )


def _episodes(show: int, added_at: int) -> Iterator[Watched]:
    """One to six seasons of eight to twelve."""
    name = f"The {_name(show + FILMS)}"
    show_key = _FIRST_KEY + 100_000 + show * 1000
    minutes, per_season = (22, 45, 58)[show % 3], 8 + show % 5
    for season in range(1, 2 + show * 5 % 6):
        season_key = show_key + season * 100
        for episode in range(1, per_season + 1):
            title = f"{_NOUNS[(show + season * 5 + episode) % len(_NOUNS)]} {episode}"
            yield Watched(
                rating_key=season_key + episode,
                media_type="episode",
                title=title,
                guid=f"plex://episode/{_digest(f'{name} {season} {episode}')[:24]}",
                section_id=2,
                duration_ms=(minutes * 60 + episode * 7) * 1000,
                added_at=added_at,
                source=film_source(show + 1),
                year=2000 + show % 24,
                index=episode,
                parent_key=season_key,
                parent_title=f"Season {season}",
                parent_index=season,
                grandparent_key=show_key,
                grandparent_title=name,
                summary=_summary(title),
                genres=(_GENRES[show % len(_GENRES)],),
            )


def _tracks(album: int, added_at: int) -> Iterator[Watched]:
    artist = f"{_name(album // 2 + 40)} Band"
    artist_key, album_key = _FIRST_KEY + 500_000 + album // 2, _FIRST_KEY + 600_000 + album * 100
    for number in range(1, 11):
        title = f"{_ADJECTIVES[(album + number * 3) % len(_ADJECTIVES)]} {number}"
        yield Watched(
            rating_key=album_key + number,
            media_type="track",
            title=title,
            guid=f"plex://track/{_digest(f'{album} {number}')[:24]}",
            section_id=3,
            duration_ms=(150 + (album + number) * 17 % 180) * 1000,
            added_at=added_at,
            source=music_source(album),
            year=1980 + album % 44,
            index=number,
            parent_key=album_key,
            parent_title=_name(album + 7),
            parent_index=1,
            grandparent_key=artist_key,
            grandparent_title=artist,
        )


def _name(number: int) -> str:
    """Two words; a numeral from the 601st on, as a sequel has."""
    round_, number = divmod(number, len(_ADJECTIVES) * len(_NOUNS))
    first, second = divmod(number * 7, len(_NOUNS))
    name = f"{_ADJECTIVES[first % len(_ADJECTIVES)]} {_NOUNS[(second + first) % len(_NOUNS)]}"
    return f"{name} {round_ + 1}" if round_ else name


def _summary(title: str) -> str:
    return (
        f"{title} follows two strangers who find out, far too late and at some cost, "
        "that the thing which both of them were looking for had been at home all along."
    )


def _digest(text: str) -> str:
    return hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()
