import io

import pytest

from showrunner.errors import InvalidInputError, NotFoundError, WrongStateError
from showrunner.syncs.uploads import (
    MOST_OPEN,
    PREFIX,
    create_upload,
    get_upload,
    numbers_there,
    put_part,
    remove_upload,
    require_whole,
    write_whole,
)


@pytest.fixture
def upload(home):
    """Ten bytes in three parts of four."""
    return create_upload(home, "tautulli.db", 10, part_bytes=4)


def whole(home, upload):
    file = io.BytesIO()
    write_whole(home, upload.id, file)
    return file.getvalue()


def test_parts_that_came_in_any_order_and_twice_make_the_file(home, upload):
    """A browser sends several at once and repeats what it is not sure of."""
    for number, data in ((3, b"ij"), (1, b"abcd"), (2, b"xxxx"), (2, b"efgh")):
        put_part(home, upload.id, number, data)

    assert upload.parts == 3
    assert whole(home, upload) == b"abcdefghij"
    assert list(numbers_there(home, upload)) == [1, 2, 3]


@pytest.mark.parametrize(
    ("number", "data", "said"),
    [
        (0, b"abcd", "parts are numbered 1 to 3"),
        (4, b"abcd", "parts are numbered 1 to 3"),
        (1, b"abc", "Part 1 has 3 bytes, it must have 4."),
        (3, b"abcd", "Part 3 has 4 bytes, it must have 2."),
    ],
)
def test_a_part_that_cannot_be_right_is_refused(home, upload, number, data, said):
    """Nothing of it is kept."""
    with pytest.raises(InvalidInputError, match=said):
        put_part(home, upload.id, number, data)
    assert not list(home.blobs.list(PREFIX))


def test_a_file_with_a_hole_is_not_imported(home, upload):
    """The refusal names the part that is missing."""
    put_part(home, upload.id, 1, b"abcd")
    put_part(home, upload.id, 3, b"ij")

    with pytest.raises(InvalidInputError, match="part 2 of 3 has not come"):
        require_whole(home, upload.id)


def test_an_upload_is_forgotten_after_a_day(home, clock, upload):
    """The next one clears its parts away."""
    put_part(home, upload.id, 1, b"abcd")
    clock.advance(86_400)

    with pytest.raises(NotFoundError, match="upload again"):
        get_upload(home, upload.id)
    create_upload(home, "another.db", 1)
    assert not list(home.blobs.list(PREFIX))


def test_a_removed_upload_leaves_nothing(home, upload):
    """To remove it again is fine."""
    put_part(home, upload.id, 1, b"abcd")

    remove_upload(home, upload.id)
    remove_upload(home, upload.id)

    assert not list(home.blobs.list(PREFIX))
    with pytest.raises(NotFoundError):
        put_part(home, upload.id, 1, b"abcd")


def test_only_so_many_uploads_are_open_at_a_time(home, clock):
    """Who begins one after the other without end does not fill the disk."""
    for number in range(MOST_OPEN):
        create_upload(home, f"{number}.db", 1)
    with pytest.raises(WrongStateError, match="wait a day"):
        create_upload(home, "one.db", 1)
    clock.advance(86_400)
    assert create_upload(home, "one.db", 1)
