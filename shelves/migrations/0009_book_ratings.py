"""How many ratings a book has, and their sum, kept in a row of its own.

Whoever rates sees nobody else's rating, and nobody writes the totals, so the triggers run as the
tables' owner. Rows are locked in one order everywhere, so that no two transactions wait for each
other: the book, its ratings, its totals; of several books in the order of their ids. A new rating
therefore holds its book first, as deleting a book does, and not as late as its foreign key would.
"""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import F, Q

from config.row_security import RowSecurity, callable_by_triggers

HOLD_BOOK = """
CREATE FUNCTION public.ratings_hold_book() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM FROM public.books WHERE id = NEW.book_id FOR KEY SHARE;
    RETURN NEW;
END $$
"""
COUNT_NEW = """
CREATE FUNCTION public.ratings_count_new() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    INSERT INTO public.book_ratings AS total (book_id, count, sum)
    SELECT book_id, count(*), sum(score) FROM new_ratings
    WHERE book_id IS NOT NULL GROUP BY book_id ORDER BY book_id
    ON CONFLICT (book_id) DO UPDATE
    SET count = total.count + excluded.count, sum = total.sum + excluded.sum;
    RETURN NULL;
END $$
"""
# No rating moves to another book (the trigger keys_are_fixed), so a change is one of the score.
COUNT_CHANGED = """
    SELECT o.book_id, 0 AS count, sum(n.score - o.score) AS sum
    FROM old_ratings o JOIN new_ratings n USING (id)
"""
COUNT_GONE = """
    SELECT o.book_id, -count(*) AS count, -sum(o.score) AS sum FROM old_ratings o
"""
COUNT = """
CREATE FUNCTION public.{name}() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    UPDATE public.book_ratings total
    SET count = total.count + moved.count, sum = total.sum + moved.sum
    FROM (
        SELECT held.book_id, change.count, change.sum FROM public.book_ratings held
        JOIN ({changes} WHERE o.book_id IS NOT NULL GROUP BY o.book_id) change USING (book_id)
        ORDER BY held.book_id FOR NO KEY UPDATE OF held
    ) moved
    WHERE total.book_id = moved.book_id;
    RETURN NULL;
END $$
"""
FILL = """
INSERT INTO public.book_ratings (book_id, count, sum)
SELECT book_id, count(*), sum(score) FROM public.ratings WHERE book_id IS NOT NULL GROUP BY book_id
"""

SYSTEM = "(SELECT actor_role()) = 'system'"
SEES_BOOK = "EXISTS (SELECT FROM books WHERE books.id = book_id)"


def trigger(name: str, function: str, event: str, each: str) -> list[migrations.RunSQL]:
    return [
        migrations.RunSQL(function, f"DROP FUNCTION public.{name}()"),
        migrations.RunSQL(
            f"CREATE TRIGGER {name} {event} FOR EACH {each} EXECUTE FUNCTION public.{name}()",
            f"DROP TRIGGER {name} ON public.ratings",
        ),
    ]


class Migration(migrations.Migration):
    dependencies = [("shelves", "0008_half_marks")]
    operations = [
        migrations.CreateModel(
            name="RatingTotal",
            fields=[
                (
                    "book",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="rating_total",
                        serialize=False,
                        to="catalog.book",
                    ),
                ),
                ("count", models.IntegerField(db_default=0, default=0)),
                ("sum", models.IntegerField(db_default=0, default=0)),
            ],
            options={
                "db_table": "book_ratings",
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(sum__gte=F("count"), sum__lte=F("count") * 5),
                        name="book_ratings_sum_of_scores",
                    )
                ],
            },
        ),
        *trigger(
            "ratings_hold_book",
            HOLD_BOOK,
            "BEFORE INSERT ON public.ratings",
            "ROW",
        ),
        *trigger(
            "ratings_count_new",
            COUNT_NEW,
            "AFTER INSERT ON public.ratings REFERENCING NEW TABLE AS new_ratings",
            "STATEMENT",
        ),
        *trigger(
            "ratings_count_changed",
            COUNT.format(name="ratings_count_changed", changes=COUNT_CHANGED),
            "AFTER UPDATE ON public.ratings"
            " REFERENCING OLD TABLE AS old_ratings NEW TABLE AS new_ratings",
            "STATEMENT",
        ),
        *trigger(
            "ratings_count_gone",
            COUNT.format(name="ratings_count_gone", changes=COUNT_GONE),
            "AFTER DELETE ON public.ratings REFERENCING OLD TABLE AS old_ratings",
            "STATEMENT",
        ),
        callable_by_triggers(
            "public.ratings_hold_book()",
            "public.ratings_count_new()",
            "public.ratings_count_changed()",
            "public.ratings_count_gone()",
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        RowSecurity(
            "book_ratings",
            {
                "SELECT": f"{SEES_BOOK} OR {SYSTEM}",
                **dict.fromkeys(("INSERT", "UPDATE", "DELETE"), SYSTEM),
            },
        ),
    ]
