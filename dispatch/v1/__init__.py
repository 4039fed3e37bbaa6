"""Generated from `protos/` by `make protos`; read those instead."""
