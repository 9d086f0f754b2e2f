"""The Review page: what a model proposes, gone through by a person."""
