"""Two-dimensional position tables: the sin-cos table and the resizing of a square table. No parameters here."""

from __future__ import annotations

import torch
import torch.nn.functional as F


def sincos_table(dim: int, grid: int) -> torch.Tensor:
    """Fixed 2-D sin-cos table of a square grid (MAE, He et al. 2021), rows in reading order.

    The first half of the channels carries x (the column), the second half y (the row); each half is
    ``[sin(p w), cos(p w)]`` with ``w_i = 10000 ** (-i / (dim / 4))``. Computed in float64 for the frequencies.

    Returns:
        float32 tensor (grid * grid, dim); dim must be a multiple of 4.
    """
    quarter = dim // 4
    frequencies = 10000.0 ** (-torch.arange(quarter, dtype=torch.float64) / quarter)
    axis = torch.arange(grid, dtype=torch.float64)
    angles = axis[:, None] * frequencies[None, :]
    waves = torch.cat([angles.sin(), angles.cos()], dim=1)
    columns = waves[None, :, :].expand(grid, grid, -1)
    rows = waves[:, None, :].expand(grid, grid, -1)
    return torch.cat([columns, rows], dim=-1).reshape(grid * grid, dim).float()


def resize_table(table: torch.Tensor, rows: int, columns: int) -> torch.Tensor:
    """Resize a square position table to another grid by bicubic interpolation (corners not aligned), in float32.

    Args:
        table: (n, dim) with n a square number, rows in reading order.

    Returns:
        (rows * columns, dim) in the table's dtype; the table itself when the grid already fits.
    """
    side = round(table.shape[0] ** 0.5)
    if (rows, columns) == (side, side):
        return table
    grid = table.float().reshape(1, side, side, -1).permute(0, 3, 1, 2)
    resized = F.interpolate(grid, size=(rows, columns), mode="bicubic", align_corners=False)
    return resized.permute(0, 2, 3, 1).flatten(0, 2).to(table.dtype)
