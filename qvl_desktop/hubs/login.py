"""Logging in at a hub, for models that are private or gated.

Owns asking the hub whose key it is and keeping it where the hub's own library keeps it, so that one login serves both.
Does not own sending it (`huggingface`, `modelscope`): the key is never in this program's settings.
"""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import urlsplit

from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP
from qvl_desktop.core.offline import go_online
from qvl_desktop.hubs.base import SOURCES, checked_endpoint
from qvl_desktop.hubs.errors import AccessError, DownloadError, caused_by, disk_error, network_error


def log_in(source: str, key: str, endpoint: str = "") -> str:
    """Keep a key that the hub accepts; the name it belongs to. Raises `AccessError` when the hub does not accept it,
    `DownloadError` when it cannot be asked."""
    go_online()
    key, address = key.strip(), checked_endpoint(endpoint)
    if not key or not key.isascii() or not key.isprintable() or " " in key:
        raise _refused(source)
    return _modelscope(key, address) if source == "modelscope" else _hugging_face(key, address)


def _hugging_face(key: str, endpoint: str) -> str:
    import httpx2
    import huggingface_hub.constants as constants
    from huggingface_hub import HfApi
    from huggingface_hub.errors import HfHubHTTPError

    api = HfApi(endpoint=endpoint or None)
    try:
        name = str(api.whoami(token=key).get("name", ""))
    except HfHubHTTPError as error:
        raise _refused("hf") from error
    except httpx2.HTTPError as error:
        raise network_error(error, urlsplit(str(api.endpoint)).netloc) from error
    except (ValueError, TypeError, AttributeError) as error:
        raise _refused("hf") from error
    _keep(Path(constants.HF_TOKEN_PATH), key)
    return name


def _modelscope(key: str, endpoint: str) -> str:
    import requests
    from modelscope_hub import AuthenticationError, HubApi, HubConfig, HubError

    config = HubConfig(endpoint=endpoint or None)
    try:
        return str(HubApi(config=config).login(key).username or "")
    except AuthenticationError as error:
        raise _refused("modelscope") from error
    except (HubError, requests.RequestException) as error:
        if caused_by(error, requests.ConnectionError):
            raise network_error(error, urlsplit(str(config.endpoint)).netloc) from error
        raise _refused("modelscope") from error
    except OSError as error:
        raise disk_error(error, config.config_dir) from error


def _keep(path: Path, key: str) -> None:
    """Write the key for its owner's eyes alone."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(f".{path.name}.{os.getpid()}")
        with open(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            file.write(key)
        temporary.replace(path)
    except OSError as error:
        raise disk_error(error, path) from error


def _refused(source: str) -> DownloadError:
    return AccessError(
        QT_TRANSLATE_NOOP(
            "errors", "{hub} does not accept this key. Make one in your account there, with the right to read."
        ),
        hub=SOURCES[source],
    )
