"""What outside sources say, read and asked for: `plugins` names them all."""
