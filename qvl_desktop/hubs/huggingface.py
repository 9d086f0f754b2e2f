"""Hugging Face and its mirrors, through `huggingface_hub`.

Owns the list of a repository at one commit, the address of each file, and who asks (`HF_TOKEN`, or `hf auth login`).
The bytes are fetched by `transfer`: the library's own download starts a file again from nothing when its process ends,
and compares no hashes. Loading models never comes here: only a download that the user asked for does.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP
from qvl_desktop.hubs.base import FileRequest, Listing, RemoteFile
from qvl_desktop.hubs.errors import (
    AccessError,
    DownloadError,
    NotThereError,
    PassingError,
    login_words,
    network_error,
    status_error,
)

OFFICIAL = ("huggingface.co", "hf.co")
LIST_SECONDS = 30.0
"""What the list may take."""


class HuggingFace:
    """The hub at `endpoint`: as given, else `HF_ENDPOINT`, else huggingface.co. A mirror, which is somebody else's, is
    told who asks only when it refuses to answer otherwise."""

    name = "Hugging Face"

    def __init__(self, endpoint: str = "") -> None:
        import huggingface_hub.constants

        self.endpoint = endpoint or str(huggingface_hub.constants.ENDPOINT).rstrip("/")
        self._known = urlsplit(self.endpoint).hostname in OFFICIAL

    def listing(self, repo: str, revision: str = "") -> Listing:
        """The files of a model at a revision, with the hashes of all. Raises `DownloadError`."""
        try:
            return self._listing(repo, revision)
        except (AccessError, NotThereError):
            if not self.insist():
                raise
            return self._listing(repo, revision)

    def insist(self) -> bool:
        """Say from now on who asks."""
        from huggingface_hub import get_token

        if self._known or not get_token():
            return False
        self._known = True
        return True

    def _listing(self, repo: str, revision: str) -> Listing:
        import httpx2
        from huggingface_hub import HfApi
        from huggingface_hub.errors import HfHubHTTPError, HFValidationError

        host = urlsplit(self.endpoint).netloc
        try:
            info = HfApi(endpoint=self.endpoint).model_info(
                repo,
                revision=revision or None,
                files_metadata=True,
                timeout=LIST_SECONDS,
                token=None if self._known else False,
            )
        except HFValidationError as error:
            raise NotThereError(
                QT_TRANSLATE_NOOP("errors", "{repo}: no name of a repository ({reason})."), repo=repo, reason=error
            ) from error
        except HfHubHTTPError as error:
            raise _told(error, repo, revision) from error
        except httpx2.HTTPError as error:
            raise network_error(error, host) from error
        except (ValueError, TypeError, KeyError) as error:
            raise PassingError(_NO_HUB, host=host, reason=error) from error
        return Listing(
            source="hf",
            endpoint=self.endpoint,
            repo=repo,
            revision=revision or "main",
            commit=info.sha or "",
            files=tuple(_file(sibling) for sibling in info.siblings or ()),
            licence=str(getattr(info.card_data, "license", "") or ""),
        )

    def request(self, listing: Listing, file: RemoteFile) -> FileRequest:
        """Its address at the commit of the listing, and who asks."""
        from huggingface_hub import get_token, hf_hub_url

        url = hf_hub_url(listing.repo, file.path, revision=listing.commit or listing.revision, endpoint=self.endpoint)
        token = get_token() if self._known else None
        return FileRequest(url, {"Authorization": f"Bearer {token}"} if token else {})


_NO_HUB = QT_TRANSLATE_NOOP("errors", "{host} does not answer as a model hub does ({reason}). Check the address.")


def _file(sibling: Any) -> RemoteFile:
    sha256 = getattr(sibling.lfs, "sha256", "") if sibling.lfs else ""
    size = sibling.size if sibling.size is not None else getattr(sibling.lfs, "size", -1)
    return RemoteFile(sibling.rfilename, int(size), sha256 or "", sibling.blob_id or "" if not sha256 else "")


def _told(error: Any, repo: str, revision: str) -> DownloadError:
    """The words for what the hub said: it answers 401 also for what does not exist."""
    from huggingface_hub.errors import GatedRepoError, RepositoryNotFoundError, RevisionNotFoundError

    what = f"{repo}@{revision}" if revision else repo
    if isinstance(error, RevisionNotFoundError):
        return status_error(404, what, HuggingFace.name)
    status = error.response.status_code if error.response is not None else 500
    if isinstance(error, RepositoryNotFoundError) and not isinstance(error, GatedRepoError):
        return NotThereError(
            QT_TRANSLATE_NOOP(
                "errors",
                "{what}: there is no such model on {hub}, or it is private. Check the name; for a private one log in: "
                "{way}.",
            ),
            what=what,
            hub=HuggingFace.name,
            way=login_words(HuggingFace.name),
        )
    return status_error(status, what, HuggingFace.name)
