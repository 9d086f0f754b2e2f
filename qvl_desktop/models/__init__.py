"""The torch side of the model families: architectures, loading, quantisation. Nothing here imports Qt."""
