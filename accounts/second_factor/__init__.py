"""A second factor at the back-office's log-in: a code of an authenticator app (TOTP, RFC 6238).

Who wants one sets it up; from then on a password alone opens no page of the back-office. The API's
tokens have nothing to do with it.
"""
