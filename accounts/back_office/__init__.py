"""People in the back-office, the publishers they work for, and what they did."""
