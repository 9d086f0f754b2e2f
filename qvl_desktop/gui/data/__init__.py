"""Data files in and out of the project: the two dialogs and what is dropped onto the window."""
