"""The command line: one file a family of verbs. A verb imports what it needs only when it is run."""
