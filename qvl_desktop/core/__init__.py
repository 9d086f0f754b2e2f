"""Plain data and rules shared by the window and the model side.

Owns what both halves must agree on: boxes, tokens, conversations, training plans, run events, errors.
Does not know Qt, torch, SQLite or HTTP; needs only the standard library and Pillow.
"""
