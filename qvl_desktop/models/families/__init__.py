"""The families of models behind one protocol: the native one, and later ones through `transformers`' own classes."""
