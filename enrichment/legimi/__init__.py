"""What Legimi has of the works on a shelf: asked, matched, kept, and written there."""
