"""FFmpeg's and the system's errors about a video, in our words. The one place for it."""

import contextlib
from collections.abc import Iterator

from av.error import FFmpegError

from showrunner.errors import (
    MediaError,
    NotFoundError,
    SetupError,
    ShowrunnerError,
    TryLaterError,
)


@contextlib.contextmanager
def in_our_words(
    name: object, kinds: tuple[type[Exception], ...] = (FFmpegError,)
) -> Iterator[None]:
    """
    Errors of `kinds` about the video `name` as NotFoundError, MediaError, SetupError (may
    not be read) or TryLaterError (its disk fails).
    """
    try:
        yield
    except kinds as error:
        raise _refusal(name, error) from error


def _refusal(name: object, error: Exception) -> ShowrunnerError:
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return NotFoundError(
            f"{name} does not exist. Check the path, and that its disk is mounted here."
        )
    if isinstance(error, PermissionError):
        return SetupError(f"{name} may not be read. Give this user the right to read it.")
    if isinstance(error, IsADirectoryError):
        return MediaError(f"{name} is a folder, not a video file.")
    if isinstance(error, OSError):
        return TryLaterError(f"{name} cannot be read now: {error.strerror}. Check its disk.")
    words = getattr(error, "strerror", None) or error
    return MediaError(
        f"{name} is no video, or too damaged to be read ({words}). Get the file again."
    )
