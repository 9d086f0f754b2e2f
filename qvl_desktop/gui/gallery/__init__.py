"""Finding pictures: the filter bar, and the gallery of thumbnails."""
