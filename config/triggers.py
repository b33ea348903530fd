"""Triggers that several models share; each model names the ones it wants in its Meta."""

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


def count_in_profile(counter: str, owner: str) -> list[pgtrigger.Trigger]:
    """Keep `profiles.<counter>` equal to the number of rows whose column `owner` is the user.

    One UPDATE a statement and user, whatever the number of rows. It takes the profile's row lock,
    and the profile's CHECK constraints hold the limit, so no concurrency gets past it.
    """
    return [
        pgtrigger.Trigger(
            name=f"{counter}_{name}",
            level=pgtrigger.Statement,
            when=pgtrigger.After,
            operation=operation,
            referencing=referencing,
            func=(
                f"UPDATE profiles p SET {counter} = p.{counter} {sign} n.n FROM ("  # noqa: S608
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
