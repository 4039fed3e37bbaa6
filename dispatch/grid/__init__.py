"""Where it happens: the stored grids, and a case laid on one of them."""
