"""The views: thin widgets that show state and say what the user asked.

Owns everything drawn. Does not own long work (`jobs`), files (`storage`, `formats`) or rules (`core`).
"""
