"""What answers are made with, as the user chose it.

Owns reading it from the settings and writing it there. Does not own the fields (`settings_view`) nor what a server does
with it (`core.chat_protocol`).
"""

from __future__ import annotations

from dataclasses import dataclass

from qvl_desktop.core.chat_protocol import ChatOptions
from qvl_desktop.storage.settings import Settings

LONGEST = 32_768
"""The most tokens that can be asked for."""


@dataclass(frozen=True, slots=True)
class Choices:
    """`temperature` 0 takes the likeliest token always; `seed` None lets chance be chance."""

    temperature: float = 0.0
    top_p: float = 1.0
    max_tokens: int = 512
    seed: int | None = None

    @property
    def options(self) -> ChatOptions:
        """The same for a request; what does nothing is left out."""
        warm = self.temperature > 0
        return ChatOptions(
            max_tokens=self.max_tokens,
            temperature=self.temperature,
            top_p=self.top_p if warm and self.top_p < 1 else None,
            seed=self.seed if warm else None,
        )

    @classmethod
    def of(cls, settings: Settings) -> Choices:
        """The user's; what cannot be read is as at first."""
        kept, usual = settings.chat, cls()
        return cls(
            min(max(_number(kept.get("temperature"), usual.temperature), 0.0), 2.0),
            min(max(_number(kept.get("top_p"), usual.top_p), 0.01), 1.0),
            min(max(int(_number(kept.get("max_tokens"), usual.max_tokens)), 1), LONGEST),
            int(kept["seed"]) if kept.get("seed", "").isdecimal() else None,
        )

    def keep(self, settings: Settings) -> None:
        """Write it to the settings."""
        settings.chat = settings.chat | {
            "temperature": f"{self.temperature:g}",
            "top_p": f"{self.top_p:g}",
            "max_tokens": str(self.max_tokens),
            "seed": "" if self.seed is None else str(self.seed),
        }


def _number(text: str | None, otherwise: float) -> float:
    try:
        return float(text) if text else otherwise
    except ValueError:
        return otherwise
