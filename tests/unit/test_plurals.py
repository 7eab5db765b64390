from showrunner.plurals import count_of


def test_counts_agree_with_their_nouns():
    """One file, two files, no batches."""
    assert [count_of(n, "file") for n in (1, 2, 1200)] == ["1 file", "2 files", "1,200 files"]
    assert count_of(0, "open batch", "open batches") == "0 open batches"
