"""Memory: what AI tools carry along, as entries that a person reviews, edits, packs and erases."""
