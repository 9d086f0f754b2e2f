"""Help where it stands: the documentation inside the window, and the `?` beside a setting."""
