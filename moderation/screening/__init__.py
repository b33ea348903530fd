"""What is worked out about pending books in the background, so that no page and no request waits.

Triggers on `books` note what is to be screened (`due`), a task of every few seconds takes it in
hand (`running`). What may be the same book comes out of indexes (`candidates`), pure rules judge
(`duplicates`, `prices`, `languages`, `covers`; `examining` calls all of them), and the flags, each
with a sentence, are written together (`results`). Whether a cover loads is asked apart
(`cover_checks`), at the pace of its host.
"""
