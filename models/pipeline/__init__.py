"""The training stages. Where there is a CUDA GPU it is the default device."""

import torch

if torch.cuda.is_available():
    torch.set_default_device("cuda")
    torch.set_float32_matmul_precision("high")
