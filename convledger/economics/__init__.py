"""What units, credits and plans come to: burn, runway, break-even, ratios. Pure arithmetic."""
