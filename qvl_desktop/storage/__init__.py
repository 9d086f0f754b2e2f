"""The project file, its history, and the user's settings.

Owns everything that outlives the program except run folders and models. Does not know Qt, torch or HTTP.
"""
