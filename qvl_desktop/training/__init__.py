"""The torch side of training: samples, the feature cache, the loop, validation and the run folder's writer.

Gets a `core.dataset.Dataset` and a run folder; knows neither projects nor windows. `runner` is the way in.
"""
