"""What the account calls take and give (contract, "Accounts")."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.models import Profile, User
from accounts.services import EMAIL_TAKEN, refuse_weak_password
from accounts.tokens import AccessToken, TokenPair
from config.fields import StrictCharField

LONGEST_PASSWORD = 4096
"""Characters; hashing anything longer would be work for whoever asks."""


class EmailField(StrictCharField, serializers.EmailField):
    """An e-mail address, folded as the accounts keep it."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=254, **kwargs)

    def to_internal_value(self, data: Any) -> str:
        return User.objects.normalize_email(super().to_internal_value(data))


class PasswordField(StrictCharField):
    """A password as it was typed, outer spaces included."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            max_length=LONGEST_PASSWORD, trim_whitespace=False, write_only=True, **kwargs
        )


class PasswordSerializer(serializers.Serializer[Any]):
    password = PasswordField()


class SignInSerializer(serializers.Serializer[Any]):
    email = EmailField()
    password = PasswordField()


class SignUpSerializer(SignInSerializer):
    """Refuses an e-mail that has an account, and a password that Django's validators call weak."""

    def validate_email(self, email: str) -> str:
        if User.objects.filter(email=email).exists():
            raise serializers.ValidationError(EMAIL_TAKEN)
        return email

    def validate(self, attrs: dict[str, str]) -> dict[str, str]:
        refuse_weak_password(attrs["password"], User(email=attrs["email"]))
        return attrs


class RefreshTokenSerializer(serializers.Serializer[Any]):
    refresh_token = StrictCharField(
        required=False, help_text="Left out, the cookie is taken, with the CSRF token beside it."
    )


class PasswordResetSerializer(serializers.Serializer[Any]):
    email = EmailField()


class NewPasswordSerializer(serializers.Serializer[Any]):
    uid = StrictCharField()
    token = StrictCharField()
    password = PasswordField()


class TokenPairSerializer(serializers.Serializer[TokenPair]):
    access_token = serializers.CharField(source="access")
    refresh_token = serializers.CharField(source="refresh")
    token_type = serializers.SerializerMethodField()
    expires_in = serializers.SerializerMethodField(help_text="Seconds, of the access token.")

    def get_token_type(self, _pair: TokenPair) -> str:
        return "Bearer"

    def get_expires_in(self, _pair: TokenPair) -> int:
        return int(AccessToken.lifetime.total_seconds())


class UserSerializer(serializers.ModelSerializer[User]):
    class Meta:
        model = User
        fields = ["id", "email"]


class SignedInSerializer(TokenPairSerializer):
    """A pair, and whose it is."""

    user = serializers.SerializerMethodField()

    @extend_schema_field(UserSerializer)
    def get_user(self, _pair: TokenPair) -> dict[str, Any]:
        return UserSerializer(self.context["user"]).data


class ProfileSerializer(serializers.ModelSerializer[Profile]):
    email = serializers.EmailField(source="user.email")

    class Meta:
        model = Profile
        fields = [
            "user_id",
            "email",
            "author_count",
            "work_count",
            "max_authors",
            "max_works",
            "created_at",
            "updated_at",
        ]
