import os
import threading
from typing import Any

from showrunner.adapters.aws.errors import aws_errors

_CONNECT_TIMEOUT_SECONDS = 5
#: Above the 20 s for which SQS may hold a receive open.
_READ_TIMEOUT_SECONDS = 30
_ATTEMPTS = 5

_guard = threading.Lock()
_session: Any = None
_clients: dict[str, Any] = {}


def client(service: str) -> Any:
    """
    The process's one boto3 client of `service` ("sqs"), made when first asked for.

    Talks to AWS_ENDPOINT_URL when that is set, to LocalStack when LOCALSTACK_HOST
    is, else to AWS itself. Raises SetupError when region or settings are missing.
    """
    # boto3's clients may be shared by threads, its sessions may not.
    with _guard:
        if service not in _clients:
            with aws_errors(service, "the start"):
                _clients[service] = _make_client(service)
        return _clients[service]


def forget_clients() -> None:
    """Make the next clients anew, from the environment as it is then."""
    global _session  # noqa: PLW0603  the one place that holds the process's session
    with _guard:
        _session = None
        _clients.clear()


def _make_client(service: str) -> Any:
    global _session  # noqa: PLW0603
    if _session is None:
        _session = _make_session()
    return _session.client(service, config=_config())


def _make_session() -> Any:
    if _localstack_host() and not os.environ.get("AWS_ENDPOINT_URL"):
        # Imported only for LocalStack: a deployed function has no use for it.
        from localstack_client.session import Session as LocalStackSession  # noqa: PLC0415

        region = os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION")
        return LocalStackSession(
            localstack_host=_localstack_host(), region_name=region or "us-east-1"
        )
    # Imported on first use: 190 ms of CPU that a function without AWS calls never pays.
    import boto3  # noqa: PLC0415

    # boto3 by itself reads only AWS_DEFAULT_REGION; AWS's other tools read this one.
    return boto3.Session(region_name=os.environ.get("AWS_REGION"))


def _localstack_host() -> str | None:
    """`host` or `host:port`, from the variable that localstack-client itself reads."""
    return os.environ.get("LOCALSTACK_HOST")


def _config() -> Any:
    from botocore.config import Config  # noqa: PLC0415  with boto3, see above

    emulated = _localstack_host() or os.environ.get("AWS_ENDPOINT_URL")
    return Config(
        connect_timeout=_CONNECT_TIMEOUT_SECONDS,
        read_timeout=_READ_TIMEOUT_SECONDS,
        retries={"mode": "standard", "max_attempts": _ATTEMPTS},
        # `bucket.localhost` does not resolve everywhere; emulators take paths.
        s3={"addressing_style": "path" if emulated else "auto"},
    )
