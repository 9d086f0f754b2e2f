"""The Chat page: ask a model about pictures, see its boxes, and take what is good into the project."""
