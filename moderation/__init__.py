"""The back-office: what moderators see of the other apps, and what they alone do."""
