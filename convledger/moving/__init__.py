"""Books that come back or go elsewhere: restoring a backup, moving out, taking in."""
