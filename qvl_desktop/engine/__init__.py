"""The torch side of inference: answering with a loaded model, adapters, and the OpenAI-compatible server."""
