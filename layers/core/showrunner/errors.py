"""
Every refusal Showrunner makes, branched by what the caller can do about it.

    ShowrunnerError
    |-- TryLaterError            the same call can succeed later
    |   |-- UnreachableError        a server did not answer
    |   |-- ConflictError           someone else wrote first: read again, then write
    |   |-- LeaseLostError          another worker holds the message now
    |   `-- NotReadyError           a file still grows, a server has not indexed it yet
    |-- FixRequestError          the caller must change what was sent
    |   |-- InvalidInputError       a field is missing or wrong (400)
    |   |-- UnauthorizedError       no valid token (401)
    |   |-- ForbiddenError          known, but not allowed: CSRF, path outside the roots (403)
    |   |-- NotFoundError           nothing of that id (404)
    |   |-- WrongStateError         the thing is past that step (409)
    |   |-- TooLargeError           the body is over the limit (413)
    |   `-- TooManyRequestsError    slow down (429)
    |-- FixSettingsError         the owner must change a setting
    |   |-- KeyRefusedError         a server refused our key
    |   |-- BadAnswerError          a server answered something unexpected
    |   `-- SetupError              a directory, port or template cannot be used
    `-- MediaError               this file gives no previews, now or later

`http_status` is the only mapping from error to HTTP. `is_retryable` tells that
the same call can succeed later without anybody's doing.
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, ClassVar


class ShowrunnerError(Exception):
    """Base of all refusals. `message` says what, where and the next step."""

    code: ClassVar[str] = "SERVER_ERROR"
    http_status: ClassVar[HTTPStatus] = HTTPStatus.INTERNAL_SERVER_ERROR
    is_retryable: ClassVar[bool] = False
    headers: Mapping[str, str] = {}
    """Of the HTTP answer, for programs: when to come back, how to sign in."""

    def __init__(self, message: str, *, details: Mapping[str, Any] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.details = details

    def as_body(self) -> dict[str, Any]:
        """The JSON body of every refusal: `{error, message, details?}`."""
        body: dict[str, Any] = {"error": self.code, "message": self.message}
        if self.details:
            body["details"] = dict(self.details)
        return body


class TryLaterError(ShowrunnerError):
    code = "TRY_LATER"
    http_status = HTTPStatus.SERVICE_UNAVAILABLE
    is_retryable = True


class UnreachableError(TryLaterError):
    code = "UNREACHABLE"
    http_status = HTTPStatus.BAD_GATEWAY


class ConflictError(TryLaterError):
    code = "CONFLICT"
    http_status = HTTPStatus.CONFLICT


class LeaseLostError(TryLaterError):
    code = "LEASE_LOST"


class NotReadyError(TryLaterError):
    """`retry_after_seconds` is when a new look is worth its cost."""

    code = "NOT_READY"

    def __init__(
        self,
        message: str,
        *,
        retry_after_seconds: float = 60,
        details: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(message, details=details)
        self.retry_after_seconds = retry_after_seconds


class FixRequestError(ShowrunnerError):
    code = "BAD_REQUEST"
    http_status = HTTPStatus.BAD_REQUEST


class InvalidInputError(FixRequestError):
    code = "VALIDATION_ERROR"


class UnauthorizedError(FixRequestError):
    code = "UNAUTHORIZED"
    http_status = HTTPStatus.UNAUTHORIZED


class ForbiddenError(FixRequestError):
    code = "FORBIDDEN"
    http_status = HTTPStatus.FORBIDDEN


class NotFoundError(FixRequestError):
    code = "NOT_FOUND"
    http_status = HTTPStatus.NOT_FOUND


class WrongStateError(FixRequestError):
    code = "WRONG_STATE"
    http_status = HTTPStatus.CONFLICT


class TooLargeError(FixRequestError):
    code = "TOO_LARGE"
    http_status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE


class TooManyRequestsError(FixRequestError):
    code = "TOO_MANY_REQUESTS"
    http_status = HTTPStatus.TOO_MANY_REQUESTS


class FixSettingsError(ShowrunnerError):
    code = "FIX_SETTINGS"


class KeyRefusedError(FixSettingsError):
    code = "KEY_REFUSED"
    http_status = HTTPStatus.BAD_GATEWAY


class BadAnswerError(FixSettingsError):
    code = "BAD_ANSWER"
    http_status = HTTPStatus.BAD_GATEWAY


class SetupError(FixSettingsError):
    code = "SETUP"


class MediaError(ShowrunnerError):
    code = "MEDIA"
    http_status = HTTPStatus.UNPROCESSABLE_ENTITY
