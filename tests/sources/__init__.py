"""What the readers find in logs."""
