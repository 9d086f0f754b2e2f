"""QVL Desktop: draw boxes, build conversations, tune Qwen-VL, chat with the result.

The package root owns the version and nothing else; importing it is free of side effects.
"""

__version__ = "0.1.0"
