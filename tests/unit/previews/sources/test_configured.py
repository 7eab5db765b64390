"""What SHOWRUNNER_MEDIA_SOURCES says, and what is refused without being repeated."""

import pytest

from showrunner.errors import SetupError
from showrunner.previews.sources.configured import MediaSources
from showrunner.previews.sources.remote import RemoteSource, source_of

BASIC = {"Authorization": "Basic bWU6aHVzaA=="}


def sources(text: str, token: str = "", others: str = "") -> MediaSources:
    return MediaSources.of_environment(
        {
            "SHOWRUNNER_MEDIA_SOURCES": text,
            "SHOWRUNNER_MEDIA_SOURCES_TOKEN": token,
            "SHOWRUNNER_SOURCES": others,
        }
    )


def test_folders_and_addresses_come_in_pairs() -> None:
    """Blanks and an empty end do not count; a folder may have an equals sign in its name."""
    found = sources(" /media=s3://bucket/media ; /a=b/tv=https://nas.test/tv;D:\\x=http://n.test;")

    assert [(entry.path_prefix, entry.url_prefix) for entry in found.entries] == [
        ("/media", "s3://bucket/media"),
        ("/a=b/tv", "https://nas.test/tv"),
        ("D:\\x", "http://n.test"),
    ]
    assert MediaSources.of_environment({}) == MediaSources()


def test_their_addresses_may_be_opened_and_those_that_were_allowed_before() -> None:
    """Who says where the media is need not say it twice."""
    found = sources("/tv=https://nas.test/tv", others="https://mirror.test/")

    assert found.allowed == ("https://nas.test/tv", "https://mirror.test/")


def test_a_user_and_a_password_become_a_header() -> None:
    """Neither the address nor anything that is printed holds them."""
    found = sources("/tv=https://me:hush@nas.test/tv", token="other")

    assert found.entries[0].url_prefix == "https://nas.test/tv"
    assert found.headers_for("https://nas.test/tv/a.mkv") == BASIC
    assert "hush" not in repr(found)


@pytest.mark.parametrize(
    ("token", "header"), [("abc", "Bearer abc"), ("Basic bWU6aHVzaA==", "Basic bWU6aHVzaA==")]
)
def test_the_token_opens_what_has_no_user_of_its_own(token: str, header: str) -> None:
    """As a bearer's, unless it says what it is; S3 has keys of its own."""
    found = sources("/tv=https://nas.test/tv;/media=s3://bucket/media", token)

    assert found.headers_for("https://nas.test/tv/a.mkv") == {"Authorization": header}
    assert found.headers_for("s3://bucket/media/a.mkv") == {}
    assert token not in repr(found)


def test_keys_go_to_the_addresses_that_they_are_for() -> None:
    """Not to a neighbour, another port or a host that only begins alike; the longest decides."""
    found = sources("/tv=https://nas.test/tv;/own=https://me:hush@nas.test/tv/own", token="abc")
    bearer = {"Authorization": "Bearer abc"}

    assert found.headers_for("https://nas.test/tv/own/a.mkv") == BASIC
    assert found.headers_for("https://nas.test/tv/a.mkv") == bearer
    for foreign in ("tvs/a.mkv", "a.mkv", "tv/../a.mkv"):
        assert found.headers_for(f"https://nas.test/{foreign}") == {}
    assert found.headers_for("https://nas.test:8443/tv/a.mkv") == {}
    assert found.headers_for("https://nas.test.evil.test/tv/a.mkv") == {}
    assert found.headers_for("http://nas.test/tv/a.mkv") == {}


@pytest.mark.parametrize(
    "bad",
    [
        "/tv",
        "tv=https://nas.test/hush",
        "/tv=/hush",
        "/tv=ftp://me:hush@nas.test/",
        "/tv=https://me:hush@nas.test:port/",
        "/tv=https://me:hu/sh@nas.test/../tv",
        "/tv=https://nas.test/tv?sig=hush",
        "/tv=s3://me:hush@bucket/tv",
        "/tv=s3:///hush",
        "/tv=https://",
    ],
)
def test_what_cannot_be_meant_is_refused_by_its_number(bad: str) -> None:
    """The entry itself may hold a password, and is not repeated."""
    with pytest.raises(SetupError, match="SHOWRUNNER_MEDIA_SOURCES: entry 2") as caught:
        sources(f"/media=s3://bucket/media;{bad}")
    assert "hu" not in str(caught.value)


@pytest.mark.parametrize("token", ["hush\nX-Evil: 1", "hush\u00e9"])
def test_a_token_that_no_header_can_hold_is_refused(token: str) -> None:
    """And is not repeated."""
    with pytest.raises(SetupError, match="SHOWRUNNER_MEDIA_SOURCES_TOKEN") as caught:
        sources("/tv=https://nas.test/tv", token)
    assert "hush" not in str(caught.value)


def test_an_address_alone_finds_its_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """The decoder's process gets no more than the address, and shares the environment."""
    monkeypatch.setenv("SHOWRUNNER_MEDIA_SOURCES", "/tv=https://me:hush@nas.test/tv")
    found, given = (
        source_of("https://nas.test/tv/a.mkv"),
        source_of("https://nas.test/tv/a.mkv", allowed=["https://nas.test/"]),
    )

    assert isinstance(found, RemoteSource)
    assert isinstance(given, RemoteSource)
    assert (found.headers, found.allowed) == (BASIC, ("https://nas.test/tv",))
    assert given.headers == {}
