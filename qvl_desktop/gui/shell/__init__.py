"""The frame around the pages: navigation rail, top bar, notices, start page.

Owns the main window. Does not own any page's content.
"""
