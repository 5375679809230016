"""Training and its stages. Everything is computed on a graphics processor where there is one."""

import torch

if torch.cuda.is_available():
    torch.set_default_device("cuda")
    torch.set_float32_matmul_precision("high")
