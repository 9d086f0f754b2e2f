"""What can go wrong between a hub and this disk, each with the way out.

Owns the kinds of errors and turning those of the libraries into them. Does not own what is tried again (`patience`).
"""

from __future__ import annotations

import errno
import ssl
from pathlib import Path

from qvl_desktop.core.errors import QvlError
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP


class DownloadError(QvlError):
    """A download that cannot go on; what is here already stays for the next try."""


class PassingError(DownloadError):
    """Something that may be better in a moment: the same request is worth another try. `wait` seconds, if told."""

    wait = 0.0


class AccessError(DownloadError):
    """The hub wants to know who asks, or the model's licence accepted first."""


class NotThereError(DownloadError):
    """No such model, revision or file."""


class NoRoomError(DownloadError):
    """The disk is too full."""


class CertificateError(DownloadError):
    """The hub's certificate is not one that this machine trusts."""


class WrongContentError(DownloadError):
    """A file whose content is not what the hub's list says, fetched twice."""


class PickleError(DownloadError):
    """The repository has no safetensors files, and nobody agreed to the older kind."""


def status_error(status: int, what: str, hub: str) -> DownloadError:
    """The error for an HTTP status of a hub; `what` was asked for."""
    if status in (401, 403):
        return AccessError(
            QT_TRANSLATE_NOOP(
                "errors",
                "{what}: {hub} wants to know who asks. Accept the model's terms on its page if it has some, then log "
                "in: {way}.",
            ),
            what=what,
            hub=hub,
            way=login_words(hub),
        )
    if status == 404:
        return NotThereError(
            QT_TRANSLATE_NOOP("errors", "{what}: {hub} has no such model, revision or file. Check the name."),
            what=what,
            hub=hub,
        )
    if status in (408, 425, 429) or status >= 500:
        return PassingError(
            QT_TRANSLATE_NOOP(
                "errors", "{hub} cannot answer at the moment (HTTP {status}). Try again later, or use another source."
            ),
            hub=hub,
            status=status,
        )
    return DownloadError(
        QT_TRANSLATE_NOOP("errors", "{what}: {hub} refused the request (HTTP {status})."),
        what=what,
        hub=hub,
        status=status,
    )


def login_words(hub: str) -> str:
    """What logs in, as it is typed."""
    if hub == "ModelScope":
        return "qvl-desktop download --login --source modelscope / MODELSCOPE_API_TOKEN"
    return "qvl-desktop download --login / HF_TOKEN"


def network_error(error: Exception, host: str) -> DownloadError:
    """The error for a failed connection: certificate, no network, refused, or cut off."""
    if caused_by(error, ssl.SSLCertVerificationError):
        return CertificateError(
            QT_TRANSLATE_NOOP(
                "errors",
                "{host}: its certificate is not trusted here ({reason}). Behind a company's proxy, set SSL_CERT_FILE "
                "and REQUESTS_CA_BUNDLE to the file of its certificates; a wrong clock can be the reason too.",
            ),
            host=host,
            reason=_reason(error),
        )
    return PassingError(
        QT_TRANSLATE_NOOP(
            "errors",
            "{host} cannot be reached ({reason}). Check the network and the proxy, or choose another source or mirror.",
        ),
        host=host,
        reason=_reason(error),
    )


def disk_error(error: OSError, path: Path) -> DownloadError:
    """The error for a write that failed."""
    if error.errno in (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)):
        return NoRoomError(
            QT_TRANSLATE_NOOP(
                "errors",
                "{path}: the disk is full. What was fetched is kept: make room and resume, or choose another folder.",
            ),
            path=path,
        )
    return DownloadError(
        QT_TRANSLATE_NOOP("errors", "{path}: cannot be written ({reason}). Choose another folder."),
        path=path,
        reason=error.strerror or error,
    )


def caused_by(error: BaseException, kind: type[BaseException]) -> bool:
    """Whether an error of that kind is among the causes of this one."""
    seen: set[int] = set()
    following: BaseException | None = error
    while following is not None and id(following) not in seen:
        seen.add(id(following))
        if isinstance(following, kind):
            return True
        following = following.__cause__ or following.__context__ or _wrapped(following)
    return False


def _wrapped(error: BaseException) -> BaseException | None:
    """What `requests` and `urllib3` keep in their arguments."""
    inner = getattr(error, "reason", None) or next(iter(error.args), None)
    return inner if isinstance(inner, BaseException) else None


def _reason(error: BaseException) -> str:
    text = str(error).strip() or type(error).__name__
    return text if len(text) <= 160 else text[:157] + "..."
