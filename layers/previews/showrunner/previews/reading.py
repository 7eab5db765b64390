"""Parts of a file that we read ourselves, while FFmpeg is somewhere else in it."""

from showrunner.previews.watched import WatchedFile


def bytes_at(file: WatchedFile, place: int, count: int) -> bytes:
    """
    `count` bytes from byte `place` on, fewer at the file's end; FFmpeg goes on where it was.

    Errors as of `WatchedFile`.
    """
    if place >= file.size:  # a lying header's place may be more than a file can have
        return b""
    before = file.tell()
    file.seek(place)
    data = bytearray()
    while len(data) < count and (part := file.read(count - len(data))):
        data += part
    file.seek(before)
    return bytes(data)
