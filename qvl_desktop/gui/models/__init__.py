"""The Models page: what is on this machine.

Owns how cards are shown. Does not own the cards (`core.cards`, `jobs.models`).
"""
