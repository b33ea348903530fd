"""How many queries and how long each page of the back-office takes where there is much to show."""
