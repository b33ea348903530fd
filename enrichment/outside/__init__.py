"""What `enrichment.http` stands on: pace, health, deadlines, and what an answer may be."""
