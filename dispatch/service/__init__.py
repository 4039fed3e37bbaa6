"""The gRPC service: translate, run in a child process, translate back."""
