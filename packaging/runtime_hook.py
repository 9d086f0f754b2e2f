"""Runs first in the frozen app. On Linux the loader's path points into the bundle; children that are not ours, such as
the file manager, must not find our libraries there. The running process has read it already."""

import os

_NAME = "LD_LIBRARY_PATH"
if _NAME + "_ORIG" in os.environ:
    os.environ[_NAME] = os.environ.pop(_NAME + "_ORIG")
else:
    os.environ.pop(_NAME, None)
