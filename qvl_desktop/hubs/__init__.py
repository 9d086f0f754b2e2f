"""Model hubs: what they hold, and bringing it here whole.

Owns talking to Hugging Face and ModelScope, fetching with resumption and checks, and the queue of downloads on disk.
Does not own what a model is (`core`) nor how any of it is shown (`gui`, `commands`). Knows no Qt and no torch.
"""
