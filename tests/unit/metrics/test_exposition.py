from showrunner.history.metrics.exposition import counter, gauge, written


def test_a_family_is_told_once_with_all_of_its_samples() -> None:
    """Help and type come first; labels keep their order; numbers stay exact."""
    streams = gauge("a_streams", "Streams.", [({"server": "Attic", "kind": "plex"}, 2), ({}, 0.25)])
    assert written([streams, counter("a_total", "All.", [({}, 12345678901)])]) == (
        "# HELP a_streams Streams.\n"
        "# TYPE a_streams gauge\n"
        'a_streams{server="Attic",kind="plex"} 2\n'
        "a_streams 0.25\n"
        "# HELP a_total All.\n"
        "# TYPE a_total counter\n"
        "a_total 12345678901\n"
    )


def test_what_a_label_holds_cannot_end_it() -> None:
    """Quotes, backslashes and line feeds of names are escaped."""
    text = written([gauge("a", 'Say "a\\b"\nnow.', [({"name": 'x"} 1\na\\b'}, 1)])])
    assert text.splitlines() == [
        '# HELP a Say "a\\\\b"\\nnow.',
        "# TYPE a gauge",
        r'a{name="x\"} 1\na\\b"} 1',
    ]


def test_a_family_with_nothing_to_tell_is_left_out() -> None:
    assert written([gauge("a", "A.", [])]) == ""
