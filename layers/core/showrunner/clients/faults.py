"""Why no usable answer came, in words that name what to change. Never what was sent."""

import socket
import ssl
from collections.abc import Iterator

import httpx

# OpenSSL's X509_V_ERR_* numbers, from its x509_vfy.h.
_EXPIRED, _NOT_YET_VALID = 10, 9
_SELF_SIGNED = (18, 19)
_UNKNOWN_ISSUER = (2, 20, 21)
_OTHER_NAME = (62, 64)


def tls_fault(error: BaseException) -> str | None:
    """What is wrong with the encryption, and what to do; None: something else failed."""
    for cause in _causes(error):
        if isinstance(cause, ssl.SSLCertVerificationError):
            return _certificate_fault(cause.verify_code)
        if isinstance(cause, ssl.SSLError):
            return (
                "does not speak TLS as it should there. "
                "If the server is set up without TLS, its address starts with http://"
            )
    return None


def network_fault(error: BaseException, limit_seconds: float) -> str:
    """Why the server could not be reached or did not finish, as the end of a sentence."""
    for cause in _causes(error):
        if isinstance(cause, socket.gaierror):
            return "has a name that nobody knows. Check its spelling, or enter the IP address"
        if isinstance(cause, ConnectionRefusedError):
            return "refuses connections. Check that it runs, and the port"
        if isinstance(cause, httpx.ConnectTimeout):
            return "does not react. Check the address, and firewalls on the way"
        if isinstance(cause, httpx.TimeoutException):
            return f"did not finish its answer within {limit_seconds:g} s. It may be busy"
        if isinstance(cause, httpx.ProtocolError):
            return (
                "broke off its answer or does not speak HTTP there. "
                "If the server wants TLS, its address starts with https://"
            )
    return "did not answer. Check that it runs, and its address"


def _certificate_fault(code: int) -> str:
    if code == _EXPIRED:
        return _certificate("has expired", "Renew it")
    if code == _NOT_YET_VALID:
        return _certificate("is not valid yet", "Check the clocks of both machines")
    if code in _SELF_SIGNED:
        return _certificate("is self-signed", "Install one from a known authority")
    if code in _OTHER_NAME:
        return _certificate("is for another name", "Enter the address with the name it is for")
    if code in _UNKNOWN_ISSUER:
        return _certificate(
            "is from an unknown authority", "Name your authority's file in SSL_CERT_FILE"
        )
    return _certificate(f"cannot be verified (OpenSSL {code})", "Renew it")


def _certificate(what: str, remedy: str) -> str:
    return (
        f"shows a certificate that {what}. {remedy}, "
        "or turn off verify_tls (TLS verification) of this connection"
    )


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
