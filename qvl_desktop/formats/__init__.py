"""Data set files, one module a format, each a read/write pair.

Owns the outside formats. Does not know projects or Qt. New formats are one file and one line in `registry`.
"""
