"""What the service holds: each figure of it, measured on a server in a process of its own."""
