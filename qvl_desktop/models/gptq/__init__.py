"""GPTQ checkpoints (the AutoGPTQ format of Qwen-VL-Chat-Int4): read, run, trained through, made."""
