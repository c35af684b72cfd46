"""One document model, three papers: Word, PDF and plain text."""
