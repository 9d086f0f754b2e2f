"""The sub-commands of `qvl-desktop`, a file each.

Each module offers `add_parser(subparsers)`, which sets `run=` to a function `run(args) -> int`. Heavy packages are
imported inside `run`, never at the top. Results go to stdout, progress to stderr.
"""
