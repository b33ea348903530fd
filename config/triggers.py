"""Triggers that several models share; each model names the ones it wants in its Meta.

Their SQL names every table with its schema: the web's role may make temporary tables, which
otherwise stand before ours.
"""

from __future__ import annotations

import pgtrigger

ROW_CHANGES = pgtrigger.Condition("OLD.* IS DISTINCT FROM NEW.*")


def touch_updated_at(condition: pgtrigger.Condition = ROW_CHANGES) -> pgtrigger.Trigger:
    """Set `updated_at` whenever a row really changes (plan, section 4).

    A table with a generated column names another condition: before the row is written the
    generated value is not there yet, so the whole row would always seem to differ.
    """
    return pgtrigger.Trigger(
        name="touch_updated_at",
        when=pgtrigger.Before,
        operation=pgtrigger.Update,
        condition=condition,
        func="NEW.updated_at = statement_timestamp(); RETURN NEW;",
    )


def owner_is_fixed() -> pgtrigger.Trigger:
    """A row never changes hands: links and counters rely on it."""
    return pgtrigger.Protect(
        name="owner_is_fixed",
        operation=pgtrigger.Update,
        condition=pgtrigger.Condition("OLD.owner_user_id IS DISTINCT FROM NEW.owner_user_id"),
    )


def keys_are_fixed(*fields: str) -> pgtrigger.Trigger:
    """A row never moves to another key: counters and policies looked at it when it came."""
    return pgtrigger.ReadOnly(name="keys_are_fixed", fields=list(fields))


def count_in_profile(counter: str, owner: str) -> list[pgtrigger.Trigger]:
    """Keep `profiles.<counter>` equal to the number of rows whose column `owner` is the user.

    One UPDATE a statement and user, whatever the number of rows. It takes the profile's row lock,
    and the profile's CHECK constraints hold the limit, so no concurrency gets past it.
    """
    return [_lock_profile(counter), *_counting(counter, owner)]


def _lock_profile(counter: str) -> pgtrigger.Trigger:
    """Lock the actor's profile before the first row is touched.

    Two requests of one user that name the same rows in another order would otherwise wait for each
    other's rows, and one of them would die of the deadlock.
    """
    return pgtrigger.Trigger(
        name=f"{counter}_lock",
        level=pgtrigger.Statement,
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
        func="PERFORM FROM public.profiles WHERE user_id = public.actor_user_id()"
        " FOR NO KEY UPDATE; RETURN NULL;",
    )


def _counting(counter: str, owner: str) -> list[pgtrigger.Trigger]:
    return [
        pgtrigger.Trigger(
            name=f"{counter}_{name}",
            level=pgtrigger.Statement,
            when=pgtrigger.After,
            operation=operation,
            referencing=referencing,
            func=(
                f"UPDATE public.profiles p SET {counter} = p.{counter} {sign} n.n FROM ("  # noqa: S608
                f"SELECT {owner} AS user_id, count(*) AS n FROM changed"
                f" WHERE {owner} IS NOT NULL GROUP BY {owner} ORDER BY {owner}"
                ") n WHERE p.user_id = n.user_id; RETURN NULL;"
            ),
        )
        for name, operation, referencing, sign in (
            ("up", pgtrigger.Insert, pgtrigger.Referencing(new="changed"), "+"),
            ("down", pgtrigger.Delete, pgtrigger.Referencing(old="changed"), "-"),
        )
    ]
