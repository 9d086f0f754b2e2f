"""ModelScope, through `modelscope-hub`, its small official client.

Owns the list of a repository, the address of each file, and who asks (`MODELSCOPE_API_TOKEN`, or `ms-hub login`). The
whole `modelscope` package is a training framework of 31 MB that this program has no use for; its client for the hub
alone is a quarter of a megabyte. The bytes are fetched by `transfer`, as for every hub.
"""

from __future__ import annotations

import json
import os
from typing import Any
from urllib.parse import quote_plus, urlsplit

from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP
from qvl_desktop.hubs.base import FileRequest, Listing, RemoteFile
from qvl_desktop.hubs.errors import DownloadError, PassingError, caused_by, network_error, status_error

ATTEMPTS = "MODELSCOPE_REPO_TREE_PAGE_MAX_ATTEMPTS"
"""How often the client asks for a list; read when it is imported."""
BRANCH = "master"
"""What ModelScope calls the main branch."""


class ModelScope:
    """The hub at `endpoint`: as given, else `MODELSCOPE_ENDPOINT`, else www.modelscope.cn."""

    name = "ModelScope"

    def __init__(self, endpoint: str = "") -> None:
        os.environ.setdefault(ATTEMPTS, "1")  # trying again, and hearing a stop meanwhile, is `fetching`'s
        from modelscope_hub import HubApi, HubConfig

        self._config = HubConfig(endpoint=endpoint or None)
        self._api = HubApi(config=self._config)
        self.endpoint = str(self._config.endpoint)

    def listing(self, repo: str, revision: str = "") -> Listing:
        """The files of a model at a revision, with SHA-256 where the hub tells it. Raises `DownloadError`."""
        wanted = revision or BRANCH
        try:
            entries = self._api.legacy.list_repo_files(repo, "model", wanted)
        except Exception as error:
            raise self._told(error, repo, revision) from error
        blobs = [entry for entry in entries if isinstance(entry, dict) and entry.get("Type") != "tree"]
        return Listing(
            source="modelscope",
            endpoint=self.endpoint,
            repo=repo,
            revision=wanted,
            commit=_commit(blobs),
            files=tuple(_file(entry) for entry in blobs),
        )

    def request(self, listing: Listing, file: RemoteFile) -> FileRequest:
        """Its address at the revision of the listing; the hashes of the listing hold it to the commit."""
        url = (
            f"{self.endpoint}/api/v1/models/{listing.repo}/repo"
            f"?Revision={quote_plus(listing.revision)}&FilePath={quote_plus(file.path)}"
        )
        token = self._config.token
        return FileRequest(url, {"Cookie": f"m_session_id={token}"} if token else {})

    def insist(self) -> bool:
        """Its client says it from the beginning."""
        return False

    def _told(self, error: Exception, repo: str, revision: str) -> DownloadError:
        """The words for what the client raised; what it did not mean to raise is a hub that answers otherwise."""
        import requests
        from modelscope_hub import AuthenticationError, HubError, NetworkError, NotExistError, RequestTimeoutError

        what, host = f"{repo}@{revision}" if revision else repo, urlsplit(self.endpoint).netloc
        if isinstance(error, NotExistError):
            return status_error(404, what, self.name)
        if isinstance(error, AuthenticationError):
            return status_error(401, what, self.name)
        said_nothing = caused_by(error, requests.RequestException) or isinstance(
            error, (NetworkError, RequestTimeoutError)
        )
        if said_nothing and not caused_by(error, json.JSONDecodeError):
            return network_error(error, host)
        if isinstance(error, HubError) and not caused_by(error, json.JSONDecodeError):
            return status_error(int(getattr(error, "status_code", 0) or 500), what, self.name)
        return PassingError(
            QT_TRANSLATE_NOOP("errors", "{host} does not answer as a model hub does ({reason}). Check the address."),
            host=host,
            reason=error,
        )


def _file(entry: dict[str, Any]) -> RemoteFile:
    size = entry.get("Size")
    return RemoteFile(
        path=str(entry.get("Path") or entry.get("Name") or ""),
        size=int(size) if size is not None else -1,
        sha256=str(entry.get("Sha256") or "").lower(),
    )


def _commit(entries: list[dict[str, Any]]) -> str:
    """The commit that changed a file last: the hub names one for each file, none for the list."""
    newest = max(entries, key=lambda entry: int(entry.get("CommittedDate") or 0), default={})
    return str(newest.get("Revision") or newest.get("CommitId") or "")
