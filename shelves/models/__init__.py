"""The tables of readers and members, all under one name."""

from shelves.models.opinions import Comment, Rating, RatingTotal
from shelves.models.shelf import FILTERED, UserAuthor, UserWork

__all__ = ["FILTERED", "Comment", "Rating", "RatingTotal", "UserAuthor", "UserWork"]
