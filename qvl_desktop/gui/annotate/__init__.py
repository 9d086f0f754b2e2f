"""The Annotate page: pictures, boxes and their refs."""
