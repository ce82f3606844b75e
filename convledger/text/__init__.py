"""Text that others wrote: made harmless, measured, cut."""
