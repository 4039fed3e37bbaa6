"""One module a version; what one of them made is never edited, only changed by the next."""
