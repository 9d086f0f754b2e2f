"""The window's side of long work: sessions, tasks, training runs, the engine.

Knows QtCore and QtNetwork, never widgets, never torch.
"""
