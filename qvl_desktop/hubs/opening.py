"""Which class speaks for which hub. Owns that choice, made when a hub is needed; does not own a hub (`huggingface`,
`modelscope`) or what they have in common (`base`)."""

from __future__ import annotations

from qvl_desktop.core.offline import go_online
from qvl_desktop.hubs.base import Hub, checked_endpoint


def open_hub(source: str, endpoint: str = "") -> Hub:
    """The hub of `--source`, at its usual address or a mirror's. Raises `DownloadError` for a wrong address."""
    go_online()
    if source == "modelscope":
        from qvl_desktop.hubs.modelscope import ModelScope

        return ModelScope(checked_endpoint(endpoint))
    from qvl_desktop.hubs.huggingface import HuggingFace

    return HuggingFace(checked_endpoint(endpoint))
