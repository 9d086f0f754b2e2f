"""Widgets shared by several pages. Owns no page and no long work."""
