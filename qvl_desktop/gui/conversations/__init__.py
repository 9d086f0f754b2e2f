"""The Conversations page: turns with their tokens as chips, beside the picture."""
