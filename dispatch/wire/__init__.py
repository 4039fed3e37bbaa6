"""The door: messages and files on one side, our own types on the other. Nobody else reads `dispatch.v1`."""
