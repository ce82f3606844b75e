"""What the screens are built of: frames, drawings, charts."""
